import type { Store } from '../../store/store.ts'

/** One promise of the `Store` interface, as a test for any runner: `it(title, () => run(store))`. */
export interface StoreContractCase {
  title: string
  /** Rejects where the store breaks the promise. Cases share a store: each uses owners of its own. */
  run: (store: Store) => Promise<void>
}
