import { strict as assert } from 'node:assert'
import type { Scope } from '../../store/scope.ts'
import type { StoreContractCase } from './contract-case.ts'
import { ALL, message, newOwner, opened, rejects } from './fixtures.ts'

export const ownership: StoreContractCase[] = [
  {
    title: 'nothing of one owner or tenant is found, listed or changed by another',
    run: async (store) => {
      const mine = newOwner('a')
      const { id } = await opened(store, mine, ['mine'])
      const [item] = (await store.listItems(id, ALL, mine)).data
      assert.ok(item)
      const before = JSON.stringify([await store.loadThread(id, mine), await store.listItems(id, ALL, mine)])
      const strangers: Scope[] = [newOwner('a'), { ...mine, tenant: 'b' }, { owner: mine.owner, context: {} }]
      for (const stranger of strangers) {
        const turn = await store.openTurn({ thread: id, items: [message(id, 'theirs')] }, stranger)
        assert.equal(turn.refused, 'thread_not_found')
        await rejects(store.loadThread(id, stranger), 'thread_not_found')
        await rejects(store.saveThread(id, { title: 'theirs' }, stranger), 'thread_not_found')
        await rejects(store.loadItem(id, item.id, stranger), 'thread_not_found')
        await rejects(store.listItems(id, ALL, stranger), 'thread_not_found')
        await rejects(store.saveItem(id, message(id, 'theirs'), stranger), 'thread_not_found')
        await store.deleteItem(id, item.id, stranger)
        await store.deleteThread(id, stranger)
        const list = { limit: 5, order: 'asc' } as const
        assert.deepEqual((await store.listThreads(list, stranger)).data, [])
        assert.deepEqual((await store.listThreads({ ...list, after: id }, stranger)).data, [])
      }
      const after = JSON.stringify([await store.loadThread(id, mine), await store.listItems(id, ALL, mine)])
      assert.equal(after, before)
    },
  },
]
