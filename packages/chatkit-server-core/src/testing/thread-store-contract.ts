import type { ThreadStore } from '../store/thread-store.ts'
import type { OpenThread, StoreContractCase } from './store-contract/contract-case.ts'
import { creating } from './store-contract/creating.ts'
import { message, newThread } from './store-contract/fixtures.ts'
import { shared } from './store-contract/shared.ts'

const create: OpenThread<ThreadStore> = async (store, scope, words = [], fields) => {
  const thread = newThread(fields)
  const items = words.map((text) => message(thread.id, text))
  await store.createThread(thread, items, scope)
  return thread
}

/** Every promise that a `ThreadStore` makes. Run all of them against a store of your own. */
export const threadStoreContract: readonly StoreContractCase<ThreadStore>[] = [...creating, ...shared(create)]
