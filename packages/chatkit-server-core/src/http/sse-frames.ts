import type { LogEntry } from '../store/store.ts'

/** A comment: clients pass over it, proxies see that the connection lives. */
export const KEEP_ALIVE = ':\n\n'

/** Events as they stand in a stream. JSON has no raw line breaks, so that an event is always one line of data. */
export function sseFrames(runId: string, entries: readonly LogEntry[]): string {
  let text = ''
  for (const { seq, json } of entries) text += `id: ${runId}:${seq}\ndata: ${json}\n\n`
  return text
}
