import { strict as assert } from 'node:assert'
import type { OpenThread, SharedMethods, StoreContractCase } from './contract-case.ts'
import { file, list, message, newOwner, rejects, strangersOf } from './fixtures.ts'

export const ownership = <S extends SharedMethods>(open: OpenThread<S>): StoreContractCase<S>[] => [
  {
    title: 'no thread or item of one owner or tenant is found, listed or changed by another',
    run: async (store) => {
      const mine = newOwner('a')
      const { id } = await open(store, mine, ['mine'])
      const [item] = await list(store, id, mine)
      assert.ok(item)
      const everything = async (): Promise<unknown> => [
        await store.loadThread(id, mine),
        await list(store, id, mine),
      ]
      const before = await everything()
      for (const stranger of strangersOf(mine)) {
        await rejects(store.loadThread(id, stranger), 'thread_not_found')
        await rejects(store.saveThread(id, { title: 'theirs' }, stranger), 'thread_not_found')
        await rejects(store.loadItem(id, item.id, stranger), 'thread_not_found')
        await rejects(list(store, id, stranger), 'thread_not_found')
        await rejects(store.saveItem(id, message(id, 'theirs'), stranger), 'thread_not_found')
        await rejects(
          store.saveFeedback({ threadId: id, itemIds: [item.id], kind: 'negative' }, stranger),
          'thread_not_found',
        )
        await store.deleteItem(id, item.id, stranger)
        await store.deleteThread(id, stranger)
        const page = { limit: 5, order: 'asc' } as const
        assert.deepEqual((await store.listThreads(page, stranger)).data, [])
        assert.deepEqual((await store.listThreads({ ...page, after: id }, stranger)).data, [])
      }
      assert.deepEqual(await everything(), before)
    },
  },
  {
    title: 'no attachment of one owner or tenant is found, overwritten or deleted by another',
    run: async (store) => {
      const mine = newOwner('a')
      const attachment = file()
      await store.saveAttachment(attachment, mine)
      for (const stranger of strangersOf(mine)) {
        await rejects(store.loadAttachment(attachment.id, stranger), 'attachment_not_found')
        await assert.rejects(store.saveAttachment({ ...attachment, name: 'theirs' }, stranger))
        await store.deleteAttachment(attachment.id, stranger)
      }
      assert.deepEqual(await store.loadAttachment(attachment.id, mine), attachment)
    },
  },
]
