import { MemoryStore, withMemoryRuns } from '../../src/index.ts'
import { createThreadStore } from '../../../../examples/recipes/thread-store.ts'
import type { StoreFactory } from './replay.ts'

/** The stores of this package. Others bring factories of their own to `replay`. */
export const STORES: readonly StoreFactory[] = [
  { name: 'MemoryStore', open: () => new MemoryStore() },
  { name: 'withMemoryRuns', open: () => withMemoryRuns(createThreadStore()) },
]
