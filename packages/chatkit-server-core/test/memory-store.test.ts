import { describe, it } from 'vitest'
import { MemoryStore } from '../src/index.ts'
import { storeContract } from '../src/testing/index.ts'

describe('MemoryStore', () => {
  const store = new MemoryStore()
  for (const { title, run } of storeContract) it(title, () => run(store))
})
