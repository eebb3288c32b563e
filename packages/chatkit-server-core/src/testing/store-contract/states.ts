import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { StoreContractCase } from './contract-case.ts'
import { newOwner, strangersOf } from './fixtures.ts'

const TTL_MS = 60_000

export const states: StoreContractCase[] = [
  {
    title: 'claimState gives the value once, exactly as it was saved last',
    run: async (store) => {
      const scope = newOwner()
      const key = generateId('run')
      const value = { call: 'روبوٹ 🤖', deep: [null, { x: null }], list: [] }
      await store.saveState(key, 'an earlier one', TTL_MS, scope)
      await store.saveState(key, value, TTL_MS, scope)
      await store.saveState(generateId('run'), 'another', TTL_MS, scope)
      assert.deepEqual(await store.claimState(key, scope), value)
      assert.equal(await store.claimState(key, scope), undefined)
    },
  },
  {
    title: 'claimState gives undefined for a key that was never saved',
    run: async (store) => {
      assert.equal(await store.claimState(generateId('run'), newOwner()), undefined)
    },
  },
  {
    title: 'of claims at the same time exactly one is given the value',
    run: async (store) => {
      const scope = newOwner()
      const key = generateId('run')
      await store.saveState(key, 'approved', TTL_MS, scope)
      const claims = await Promise.all(Array.from({ length: 5 }, () => store.claimState(key, scope)))
      assert.deepEqual(
        claims.filter((claim) => claim !== undefined),
        ['approved'],
      )
    },
  },
  {
    title: 'claimState gives undefined once the value has expired',
    run: async (store) => {
      const scope = newOwner()
      const key = generateId('run')
      await store.saveState(key, 'approved', 1, scope)
      // The passing of time itself is what is tried here.
      await new Promise((resolve) => setTimeout(resolve, 20))
      assert.equal(await store.claimState(key, scope), undefined)
    },
  },
  {
    title: 'a value of one owner or tenant is not given to another, nor taken away or replaced by them',
    run: async (store) => {
      const scope = newOwner('a')
      const key = generateId('run')
      await store.saveState(key, 'mine', TTL_MS, scope)
      for (const stranger of strangersOf(scope)) {
        assert.equal(await store.claimState(key, stranger), undefined)
        await store.saveState(key, 'theirs', TTL_MS, stranger)
      }
      assert.equal(await store.claimState(key, scope), 'mine')
    },
  },
]
