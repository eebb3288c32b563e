import type { ThreadStreamEvent } from '../protocol/events.ts'
import { toJson } from '../protocol/serialize.ts'
import type { LogEntry, RunEnding } from '../store/store.ts'
import { PendingItems } from './pending-items.ts'

/**
 * How a run ends whose process is gone, worked out from its whole log: the words of unfinished messages are kept, and
 * a retryable `error` is the last event. For stores that close runs of other processes.
 */
export function interruptedEnding(log: readonly LogEntry[]): RunEnding {
  const pending = new PendingItems()
  // The server wrote this JSON itself.
  for (const { json } of log) pending.observe(JSON.parse(json) as ThreadStreamEvent)
  const items = pending.partialMessages()
  const events: ThreadStreamEvent[] = [
    ...items.map((item): ThreadStreamEvent => ({ type: 'thread.item.done', item })),
    { type: 'error', code: 'stream.error', allow_retry: true },
  ]
  const last = log.at(-1)?.seq ?? 0
  const entries = events.map((event, index) => ({ seq: last + 1 + index, json: toJson(event) }))
  return { status: 'interrupted', items, entries }
}
