import type { LogEntry } from '@robolearn/chatkit-server-core'

/** Events of a run as they are stored together: their JSON, one a line. JSON itself has no line breaks. */
export interface LogRow {
  first: number
  last: number
  text: string
}

export function toLogRow(entries: readonly LogEntry[]): LogRow | undefined {
  const first = entries[0]?.seq
  const last = entries.at(-1)?.seq
  if (first === undefined || last === undefined) return undefined
  return { first, last, text: entries.map(({ json }) => json).join('\n') }
}

/** The events behind a number, out of rows in their order. */
export function fromLogRows(rows: readonly Pick<LogRow, 'first' | 'text'>[], after: number): LogEntry[] {
  return rows
    .flatMap(({ first, text }) => text.split('\n').map((json, index) => ({ seq: first + index, json })))
    .filter(({ seq }) => seq > after)
}

/** The values behind the three places that `logValues` names. */
export function logParameters(entries: readonly LogEntry[]): (string | number | null)[] {
  const row = toLogRow(entries)
  return row ? [row.first, row.last, row.text] : [null, null, null]
}

export const logColumns = 'thread_id, run_id, first_seq, last_seq, data'

/** SQL: what stands in `logColumns`, with values from `$from` on. Goes with `logParameters`. */
export const logValues = (from: number): string =>
  `$${from}::bigint, $${from + 1}::bigint, convert_to($${from + 2}::text, 'UTF8')`
