import { describe, it } from 'vitest'
import { threadStoreContract } from '../../src/testing/index.ts'
import { createPlainThreadStore } from './plain-thread-store.ts'

describe('a plain store of rows, on which the recordings are replayed', () => {
  const store = createPlainThreadStore()
  for (const { title, run } of threadStoreContract) it(title, () => run(store))
})
