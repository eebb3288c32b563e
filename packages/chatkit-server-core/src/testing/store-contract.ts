import type { StoreContractCase } from './store-contract/contract-case.ts'
import { items } from './store-contract/items.ts'
import { ownership } from './store-contract/ownership.ts'
import { threads } from './store-contract/threads.ts'
import { turns } from './store-contract/turns.ts'

/** Every promise that a `Store` makes. Run all of them against a store of your own. */
export const storeContract: readonly StoreContractCase[] = [...turns, ...threads, ...items, ...ownership]
