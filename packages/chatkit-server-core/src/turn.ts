import type { UserMessageItem } from './protocol/items.ts'
import type { Thread } from './protocol/threads.ts'
import type { GenerateId } from './store/generate-id.ts'
import type { TurnStore } from './store/turn-store.ts'

/** What `respond()` is given: one turn of one thread. */
export interface Turn<TContext> {
  /**
   * The thread, the turn's own copy. Changing its title, status, image domains or metadata in place saves the
   * changed fields and tells the client.
   */
  readonly thread: Thread
  /** The message to answer; undefined where the turn goes on after something else than a message. */
  readonly userMessage: UserMessageItem | undefined
  /** What `authenticate` returned. */
  readonly context: TContext
  /** The `metadata` of the request's body, as the client sent it: nothing in it can be trusted. */
  readonly metadata: Record<string, unknown>
  /** Fires when the answer is no longer wanted. Hand it to whatever costs time or money. */
  readonly signal: AbortSignal
  /** The store, limited to who is asking. */
  readonly store: TurnStore
  /** Mints ids for items and tasks. */
  readonly generateId: GenerateId
  /** The server's clock. */
  readonly now: () => Date
  readonly run: { readonly id: string }
}
