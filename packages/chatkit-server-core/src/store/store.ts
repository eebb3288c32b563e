import type { ErrorCode } from '../errors.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Order, Page } from '../protocol/pages.ts'
import type { Thread } from '../protocol/threads.ts'
import type { Scope } from './scope.ts'

/** Which page of a list: `after` is the id at which the last page ended; an unknown one gives an empty page. */
export interface PageQuery {
  limit: number
  order: Order
  after?: string | undefined
}

export interface ItemQuery extends PageQuery {
  /** `visible` leaves the hidden items out before paging, so that pages are full. */
  include: 'visible' | 'all'
}

/** What begins an answer: on a thread that is there, or with one that is new. */
export interface TurnOpening {
  /** The id of a thread that exists … */
  thread?: string
  /** … or a thread to be made. Exactly one of the two. */
  newThread?: Thread
  /** Appended in this order. */
  items: ThreadItem[]
}

/** Why a turn could not be opened. Nothing was written. */
export type TurnRefusal = Extract<ErrorCode, 'thread_not_found' | 'thread_locked' | 'thread_closed'>

export type OpenedTurn = { thread: Thread; refused?: never } | { refused: TurnRefusal; thread?: never }

/** The fields of a thread that may change. A field given as `null` is taken away; one left out stays. */
export interface ThreadChanges {
  title?: string | null
  status?: Thread['status']
  allowed_image_domains?: string[] | null
  metadata?: Thread['metadata']
}

/**
 * Where threads and their items are kept.
 *
 * Every method is limited by its `scope`: a row of another owner or tenant is answered exactly as one that does
 * not exist. `load…` rejects with a `ChatKitError` (`thread_not_found`, `item_not_found`); `delete…` of what is
 * not there does nothing. What is loaded is the caller's own copy. A store that cannot be reached rejects with
 * `unavailable`.
 */
export interface Store<TContext = unknown> {
  /**
   * Checks the thread and appends the items, in one step that is done whole or not at all. Rejects where the id of
   * the new thread, or of an item in its thread, is taken: ids are minted anew, never sent by a client.
   */
  openTurn: (opening: TurnOpening, scope: Scope<TContext>) => Promise<OpenedTurn>

  loadThread: (threadId: string, scope: Scope<TContext>) => Promise<Thread>
  /** In the order in which the threads were made (`created_at`, then `id`). */
  listThreads: (query: PageQuery, scope: Scope<TContext>) => Promise<Page<Thread>>
  /** Writes only the fields that are named, and gives the thread as it is then. */
  saveThread: (threadId: string, changes: ThreadChanges, scope: Scope<TContext>) => Promise<Thread>
  /** The thread and everything in it. */
  deleteThread: (threadId: string, scope: Scope<TContext>) => Promise<void>

  loadItem: (threadId: string, itemId: string, scope: Scope<TContext>) => Promise<ThreadItem>
  /** In the order in which the items were appended, never by their times. */
  listItems: (threadId: string, query: ItemQuery, scope: Scope<TContext>) => Promise<Page<ThreadItem>>
  /** Appends the item, or replaces the one with its id, which keeps its place. */
  saveItem: (threadId: string, item: ThreadItem, scope: Scope<TContext>) => Promise<void>
  deleteItem: (threadId: string, itemId: string, scope: Scope<TContext>) => Promise<void>

  close: () => Promise<void>
}
