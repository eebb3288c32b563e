import { createHash } from 'node:crypto'
import { wordAt } from '../answers/answer-order.ts'

export interface LoggedEvent {
  seq: number
  json: string
}

/** What a client was sent of a run. */
export interface SentRun {
  runId: string
  events: number
  digest: string
}

/** Of all events with their numbers, in their order. */
export function digestOf(events: readonly LoggedEvent[]): string {
  const hash = createHash('sha256')
  for (const { seq, json } of events) hash.update(`${seq} ${json}\n`)
  return hash.digest('hex')
}

/** In what a log differs from what was sent and from what the model said; undefined when in nothing. */
export function differenceOf(log: readonly LoggedEvent[], sent: SentRun, deltas: number): string | undefined {
  if (log.length !== sent.events) return `it holds ${log.length} events, ${sent.events} were sent`
  const outOfOrder = log.findIndex(({ seq }, index) => seq !== index + 1)
  if (outOfOrder !== -1) return `event ${outOfOrder + 1} has the number ${log[outOfOrder]?.seq}`
  if (digestOf(log) !== sent.digest) return 'its events are not those that were sent'
  const words = log.flatMap(({ json }) => deltaOf(json) ?? [])
  if (words.length !== deltas) return `it holds ${words.length} words, the model said ${deltas}`
  const wrong = words.findIndex((word, index) => word !== wordAt(index))
  return wrong === -1 ? undefined : `its word ${wrong + 1} is "${words[wrong]}"`
}

function deltaOf(json: string): string | undefined {
  const event = JSON.parse(json) as { update?: { delta?: string } }
  return event.update?.delta
}

/** A comparison that finds nothing is worth what it would have found: each of these must be seen. */
export function assertFaultsAreFound(log: readonly LoggedEvent[], sent: SentRun, deltas: number): void {
  const at = Math.floor(log.length / 2)
  const numbered = (events: readonly LoggedEvent[]): LoggedEvent[] =>
    events.map(({ json }, index) => ({ seq: index + 1, json }))
  const moved = (from: number, to: number): LoggedEvent[] => {
    const rest = log.toSpliced(from, 1)
    return numbered(rest.toSpliced(to, 0, ...log.slice(from, from + 1)))
  }
  const faulty = {
    'one event less': log.toSpliced(at, 1),
    'one event less, numbered on': numbered(log.toSpliced(at, 1)),
    'one event twice': log.toSpliced(at, 0, ...log.slice(at, at + 1)),
    'an event in another place': moved(at, at + 1),
    'another letter': log.toSpliced(at, 1, {
      seq: at + 1,
      json: log[at]?.json.replace('"delta"', '"Delta"') ?? '',
    }),
  }
  for (const [what, events] of Object.entries(faulty)) {
    if (differenceOf(events, sent, deltas) === undefined)
      throw new Error(`The comparison does not see ${what}: it shows nothing.`)
  }
}
