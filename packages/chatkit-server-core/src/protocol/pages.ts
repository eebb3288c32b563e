import { z } from 'zod'

/** One page of a list. `after` is the cursor of the next page, given only when `has_more`. */
export interface Page<T> {
  data: T[]
  has_more: boolean
  after?: string | undefined
}

export type Order = 'asc' | 'desc'

/** The page size when a client names none; the reference's number. */
export const DEFAULT_PAGE_SIZE = 20

/** The largest page. Clients ask for 9999; more than this is cut down to it. */
export const MAX_PAGE_SIZE = 100

/** A page's size as asked for by a client: any number, clamped to 1 … 100. */
export const limitSchema = z
  .number()
  .nullish()
  .transform((limit) =>
    limit == null ? DEFAULT_PAGE_SIZE : Math.min(Math.max(Math.trunc(limit), 1), MAX_PAGE_SIZE),
  )

export const orderSchema = z
  .enum(['asc', 'desc'])
  .nullish()
  .transform((order): Order => order ?? 'desc')
