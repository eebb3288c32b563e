import { generateId } from '../../store/generate-id.ts'
import type { OpenThread, SharedMethods, StoreContractCase } from './contract-case.ts'
import { list, newOwner, rejects } from './fixtures.ts'

export const feedback = <S extends SharedMethods>(open: OpenThread<S>): StoreContractCase<S>[] => [
  {
    title: 'saveFeedback takes the feedback on items of a thread, and takes it again',
    run: async (store) => {
      const scope = newOwner()
      const { id: threadId } = await open(store, scope, ['one', 'two'])
      const itemIds = (await list(store, threadId, scope)).map((item) => item.id)
      await store.saveFeedback({ threadId, itemIds: [...itemIds, ...itemIds], kind: 'positive' }, scope)
      await store.saveFeedback({ threadId, itemIds, kind: 'negative' }, scope)
    },
  },
  {
    title: 'saveFeedback rejects with item_not_found or thread_not_found where one is not there',
    run: async (store) => {
      const scope = newOwner()
      const { id: threadId } = await open(store, scope, ['one'])
      const itemIds = (await list(store, threadId, scope)).map((item) => item.id)
      const unknown = generateId('msg')
      await rejects(
        store.saveFeedback({ threadId, itemIds: [...itemIds, unknown], kind: 'positive' }, scope),
        'item_not_found',
      )
      await rejects(
        store.saveFeedback({ threadId: generateId('thr'), itemIds, kind: 'positive' }, scope),
        'thread_not_found',
      )
    },
  },
]
