import { setTimeout } from 'node:timers/promises'
import { ask } from '../answers/ask.ts'
import { decodeAnswer } from '../answers/decode-answer.ts'
import { answerParent } from '../processes/child.ts'

// Waits for the first words of one answer, or reads many answers to their ends.

type Wish =
  | { want: 'first-delta'; port: number; body: string }
  /** The rest of the answer that was asked for last. */
  | { want: 'rest' }
  | { want: 'answers'; port: number; bodies: string[]; apartMs: number }

const DELTA = Buffer.from('"type":"assistant_message.content_part.text_delta"')

let rest = Promise.resolve<string[]>([])

function firstDelta(port: number, body: string): Promise<{ firstDeltaMs: number }> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let sentMs = Number.NaN
    let hasBegun = false
    const onData = (part: Buffer): void => {
      const nowMs = performance.now()
      parts.push(part)
      if (hasBegun || !Buffer.concat(parts).includes(DELTA)) return
      hasBegun = true
      resolve({ firstDeltaMs: nowMs - sentMs })
    }
    const answered = ask({ port, body, owner: 'learner' }, onData, () => {
      sentMs = performance.now()
    })
    rest = answered.then(() => decodeAnswer(Buffer.concat(parts)).map(({ json }) => json))
    rest.then(() => reject(new Error('An answer held no words.')), reject)
  })
}

answerParent(async (message) => {
  const wish = message as unknown as Wish
  switch (wish.want) {
    case 'first-delta':
      return firstDelta(wish.port, wish.body)
    case 'rest':
      return { events: await rest }
    case 'answers': {
      const { port, bodies, apartMs } = wish
      const events = await Promise.all(
        bodies.map(async (body, index) => {
          await setTimeout(index * apartMs)
          let count = 0
          await ask({ port, body, owner: `other learner ${index}` }, (part) => {
            count += part.toString('latin1').split('\ndata: ').length - 1
          })
          return count
        }),
      )
      return { events: events.reduce((sum, count) => sum + count, 0) }
    }
  }
})
