import { ask } from '../answers/ask.ts'
import { decodeAnswer } from '../answers/decode-answer.ts'
import { answerParent } from '../processes/child.ts'
import { digestOf, type SentRun } from './compare-log.ts'

// Reads many answers at once and keeps them; looks into them when all have ended.

interface Wish {
  port: number
  /** One a connection. */
  bodies: string[]
}

answerParent(async (message) => {
  const { port, bodies } = message as unknown as Wish
  const startedMs = performance.now()
  const answers = await Promise.all(
    bodies.map(async (body, index) => {
      const parts: Buffer[] = []
      await ask({ port, body, owner: `learner ${index}` }, (part) => void parts.push(part))
      return parts
    }),
  )
  const tookMs = performance.now() - startedMs
  const runs = answers.map((parts): SentRun => {
    const events = decodeAnswer(Buffer.concat(parts))
    return { runId: events[0]?.runId ?? '', events: events.length, digest: digestOf(events) }
  })
  return { tookMs, runs }
})
