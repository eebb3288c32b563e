import type { Order, Page } from '@robolearn/chatkit-server-core'

/** A page as one JSON array that holds one row more than was asked for, if there is one; null for none. */
export interface PageRow {
  page: string | null
}

/** SQL: the comparison that leads on from a cursor. An unknown cursor is null there, so that no row is beyond it. */
export const beyond = (order: Order): string => (order === 'asc' ? '>' : '<')

/** Cuts the rows that `PageRow` holds down to the page. */
export function toPage<T extends { id: string }>(rows: T[], limit: number): Page<T> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  return last && rows.length > limit ? { data, has_more: true, after: last.id } : { data, has_more: false }
}
