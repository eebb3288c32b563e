import type { Attachment } from '../protocol/attachments.ts'
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

/** The fields of a thread that may change. A field given as `null` is taken away; one left out stays. */
export interface ThreadChanges {
  title?: string | null
  status?: Thread['status']
  allowed_image_domains?: string[] | null
  metadata?: Thread['metadata']
}

export interface Feedback {
  threadId: string
  itemIds: string[]
  kind: 'positive' | 'negative'
}

/**
 * Where threads, items, attachments and feedback are kept. Whoever has a database of their own writes this much and
 * wraps it in `withMemoryRuns`.
 *
 * Every method is limited by its `scope`: a row of another owner or tenant is answered exactly as one that does
 * not exist. `load…` rejects with a `ChatKitError` (`thread_not_found`, `item_not_found`, `attachment_not_found`);
 * `delete…` of what is not there does nothing. What is loaded is the caller's own copy. A store that cannot be
 * reached rejects with `unavailable`.
 */
export interface ThreadStore<TContext = unknown> {
  /** A new thread with its first items: both or neither. Rejects where the id of a thread or item is taken. */
  createThread: (thread: Thread, items: ThreadItem[], scope: Scope<TContext>) => Promise<void>
  /** Appends in the order given, all or none. Rejects where an id is taken in the thread. */
  appendItems: (threadId: string, items: ThreadItem[], scope: Scope<TContext>) => Promise<void>

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

  loadAttachment: (attachmentId: string, scope: Scope<TContext>) => Promise<Attachment>
  /**
   * Saves the attachment, also again. One of somebody else with this id is never overwritten: it rejects. A thread
   * that it is bound to must be the owner's, else `thread_not_found`.
   */
  saveAttachment: (attachment: Attachment, scope: Scope<TContext>) => Promise<void>
  deleteAttachment: (attachmentId: string, scope: Scope<TContext>) => Promise<void>

  /** One a person and item: the later one stands. Rejects with `item_not_found` where an item is not there. */
  saveFeedback: (feedback: Feedback, scope: Scope<TContext>) => Promise<void>

  close: () => Promise<void>
}
