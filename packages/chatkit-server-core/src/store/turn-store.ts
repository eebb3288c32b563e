import type { Scope } from './scope.ts'
import type { Store } from './store.ts'

type WithoutScope<M> = M extends (...args: [...infer A, Scope<infer _>]) => infer R
  ? (...args: A) => R
  : never

/** The store as `respond()` and its tools see it: the methods without `scope`, bound to who is asking. */
export type TurnStore = {
  [M in Exclude<keyof Store, 'openTurn' | 'close'>]: WithoutScope<Store[M]>
}

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
  }
}
