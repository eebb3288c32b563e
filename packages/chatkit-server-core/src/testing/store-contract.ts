import type { Store } from '../store/store.ts'
import { answering } from './store-contract/answering.ts'
import { attaching } from './store-contract/attaching.ts'
import type { OpenThread, StoreContractCase } from './store-contract/contract-case.ts'
import { counting } from './store-contract/counting.ts'
import { deleting } from './store-contract/deleting.ts'
import { ending } from './store-contract/ending.ts'
import { fencing } from './store-contract/fencing.ts'
import { message, newThread } from './store-contract/fixtures.ts'
import { keys } from './store-contract/keys.ts'
import { opening } from './store-contract/opening.ts'
import { reading } from './store-contract/reading.ts'
import { refusing } from './store-contract/refusing.ts'
import { retrying } from './store-contract/retrying.ts'
import { runOwnership } from './store-contract/run-ownership.ts'
import { begin, end } from './store-contract/run-fixtures.ts'
import { shared } from './store-contract/shared.ts'
import { states } from './store-contract/states.ts'
import { stopping } from './store-contract/stopping.ts'
import { writing } from './store-contract/writing.ts'

const openByTurn: OpenThread<Store> = async (store, scope, words = [], fields) => {
  const thread = newThread(fields)
  const items = words.map((text) => message(thread.id, text))
  const { run } = await begin(store, scope, { newThread: thread, items })
  await end(store, run)
  return thread
}

/** Every promise that a `Store` makes. Run all of them against a store of your own. */
export const storeContract: readonly StoreContractCase[] = [
  ...shared(openByTurn),
  ...opening,
  ...refusing,
  ...answering,
  ...retrying,
  ...attaching,
  ...keys,
  ...counting,
  ...writing,
  ...fencing,
  ...ending,
  ...deleting,
  ...stopping,
  ...reading,
  ...states,
  ...runOwnership,
]
