import type { Thread } from '../../protocol/threads.ts'
import type { Scope } from '../../store/scope.ts'
import type { Store } from '../../store/store.ts'
import type { ThreadStore } from '../../store/thread-store.ts'

/** One promise of a store's interface, as a test for any runner: `it(title, () => run(store))`. */
export interface StoreContractCase<S = Store> {
  title: string
  /**
   * Rejects where the store breaks the promise. Cases share a store, one after the other: each uses owners of its
   * own.
   */
  run: (store: S) => Promise<void>
}

/** What a `ThreadStore` and a `Store` have in common: all but the ways into a thread. */
export type SharedMethods = Pick<Store, keyof Store & keyof ThreadStore>

/** The seam between the two: makes a new thread with messages of the given words, in which nothing is under way. */
export type OpenThread<S> = (
  store: S,
  scope: Scope,
  words?: string[],
  fields?: Partial<Thread>,
) => Promise<Thread>
