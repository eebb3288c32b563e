import { isHidden, type ThreadItem } from '@robolearn/chatkit-server-core'
import { toJson } from './to-json.ts'

/** Items as one JSON array, each with the mark that decides whether lists for clients show it. */
export function itemsJson(items: ThreadItem[]): string {
  const entries = items.map((item) => {
    const data = toJson(item, `Item "${item.id}" of thread "${item.thread_id}"`)
    return `{"visible":${!isHidden(item)},"data":${data}}`
  })
  return `[${entries.join(',')}]`
}

/** SQL: the columns of an item, out of one entry of `itemsJson`. Goes with `itemColumns`. */
export const itemValues = (entry: string): string => `
  ${entry}->'data'->>'id',
  ${entry}->'data'->>'type',
  ${entry}->'data',
  (${entry}->>'visible')::boolean,
  (${entry}->'data'->>'created_at')::timestamptz`

export const itemColumns = 'id, type, data, visible, created_at'

/** SQL: the entries of `itemsJson` behind a place, as rows `entry (value, place)` that count from 1. */
export const itemEntries = (json: string): string =>
  `jsonb_array_elements(${json}::jsonb) with ordinality as entry (value, place)`

// A replacement takes a number of the sequence too and leaves it unused: its row keeps the one it has.
export const replaceItem = `on conflict (thread_id, id) do update
  set type = excluded.type, data = excluded.data, visible = excluded.visible, created_at = excluded.created_at`
