import type { Scope } from './scope.ts'
import type { Store } from './store.ts'

type WithoutScope<M> = M extends (...args: [...infer A, Scope<infer _>]) => infer R
  ? (...args: A) => R
  : never

type BoundMethod =
  | 'loadThread'
  | 'listThreads'
  | 'saveThread'
  | 'deleteThread'
  | 'loadItem'
  | 'listItems'
  | 'saveItem'
  | 'deleteItem'
  | 'loadAttachment'
  | 'saveAttachment'
  | 'deleteAttachment'
  | 'saveFeedback'
  | 'saveState'
  | 'claimState'

/** The store without `scope`, bound to who is asking: what routes, `respond()` and its tools work with. */
export type TurnStore = { [M in BoundMethod]: WithoutScope<Store[M]> }

/** Binds a store. With `scope.run`, writes are refused once that run is over. */
export function bindStore<TContext>(store: Store<TContext>, scope: Scope<TContext>): TurnStore {
  return {
    loadThread: (threadId) => store.loadThread(threadId, scope),
    listThreads: (query) => store.listThreads(query, scope),
    saveThread: (threadId, changes) => store.saveThread(threadId, changes, scope),
    deleteThread: (threadId) => store.deleteThread(threadId, scope),
    loadItem: (threadId, itemId) => store.loadItem(threadId, itemId, scope),
    listItems: (threadId, query) => store.listItems(threadId, query, scope),
    saveItem: (threadId, item) => store.saveItem(threadId, item, scope),
    deleteItem: (threadId, itemId) => store.deleteItem(threadId, itemId, scope),
    loadAttachment: (attachmentId) => store.loadAttachment(attachmentId, scope),
    saveAttachment: (attachment) => store.saveAttachment(attachment, scope),
    deleteAttachment: (attachmentId) => store.deleteAttachment(attachmentId, scope),
    saveFeedback: (feedback) => store.saveFeedback(feedback, scope),
    saveState: (key, value, ttlMs) => store.saveState(key, value, ttlMs, scope),
    claimState: (key) => store.claimState(key, scope),
  }
}
