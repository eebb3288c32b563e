import { setTimeout } from 'node:timers/promises'
import { ask } from '../answers/ask.ts'
import { nowUs } from '../answers/answer-order.ts'
import { answerParent } from '../processes/child.ts'
import { WordTimes } from './word-times.ts'

// Reads many answers at once to their ends, and how late their words are.

type Wish =
  /** Answered when all answers have begun, with their threads. */
  | { want: 'begin'; port: number; bodies: string[]; apartMs: number }
  /** How late the words were that have come since the last time. */
  | { want: 'times' }
  | { want: 'end' }

const times = new WordTimes(nowUs)
let ended: Promise<unknown> = Promise.resolve()

async function begin(port: number, bodies: string[], apartMs: number): Promise<{ threadIds: string[] }> {
  const begun: Promise<string>[] = []
  const answers: Promise<void>[] = []
  for (const [index, body] of bodies.entries()) {
    const { promise, resolve } = Promise.withResolvers<string>()
    let head = ''
    const take = times.reader()
    const onData = (part: Buffer): void => {
      if (head.length < 2_000) {
        head += part.toString('latin1')
        const id = /"(?:thread_id|id)":"(thr_[^"]+)"/.exec(head)?.[1]
        if (id !== undefined) resolve(id)
      }
      take(part)
    }
    answers.push(ask({ port, body, owner: `learner ${index}` }, onData))
    begun.push(promise)
    await setTimeout(apartMs)
  }
  ended = Promise.all(answers)
  return { threadIds: await Promise.all(begun) }
}

answerParent(async (message) => {
  const wish = message as unknown as Wish
  switch (wish.want) {
    case 'begin':
      return begin(wish.port, wish.bodies, wish.apartMs)
    case 'times':
      return { lateMs: times.take(), words: times.words }
    case 'end':
      await ended
      return { words: times.words, cpu: process.cpuUsage() }
  }
})
