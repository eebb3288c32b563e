import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { Thread } from '../../protocol/threads.ts'
import type { OpenThread, SharedMethods, StoreContractCase } from './contract-case.ts'
import { ALL, newOwner, rejects, times } from './fixtures.ts'

export const threads = <S extends SharedMethods>(open: OpenThread<S>): StoreContractCase<S>[] => [
  {
    title: 'loadThread rejects with thread_not_found for an unknown id',
    run: (store) => rejects(store.loadThread(generateId('thr'), newOwner()), 'thread_not_found'),
  },
  {
    title: 'saveThread writes only the fields that are named, and null takes one away',
    run: async (store) => {
      const scope = newOwner()
      const thread = await open(store, scope)
      await store.saveThread(thread.id, { title: 'A', metadata: { k: 1 } }, scope)
      await store.saveThread(thread.id, { allowed_image_domains: ['example.com'] }, scope)
      const saved = await store.saveThread(thread.id, { status: { type: 'locked', reason: 'r' } }, scope)
      const expected = {
        ...thread,
        title: 'A',
        metadata: { k: 1 },
        allowed_image_domains: ['example.com'],
        status: { type: 'locked', reason: 'r' },
      }
      assert.deepEqual(saved, expected)
      assert.deepEqual(await store.loadThread(thread.id, scope), expected)
      await store.saveThread(
        thread.id,
        { title: null, allowed_image_domains: null, status: { type: 'active' }, metadata: {} },
        scope,
      )
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
    },
  },
  {
    title: 'saveThread with no field changes nothing and gives the thread',
    run: async (store) => {
      const scope = newOwner()
      const thread = await open(store, scope)
      assert.deepEqual(await store.saveThread(thread.id, {}, scope), thread)
    },
  },
  {
    title: 'listThreads pages by creation, equal times by id, in both orders, without gaps',
    run: async (store) => {
      const scope = newOwner()
      const made: Thread[] = []
      for (const minute of [3, 1, 1, 2, 1]) {
        made.push(await open(store, scope, [], { created_at: times(minute) }))
      }
      const key = (thread: Thread): string => thread.created_at + thread.id
      const ids = made.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((thread) => thread.id)
      for (const order of ['asc', 'desc'] as const) {
        const seen: string[] = []
        for (let after: string | undefined; ;) {
          const page = await store.listThreads({ limit: 2, order, after }, scope)
          seen.push(...page.data.map((thread) => thread.id))
          after = page.after
          if (!page.has_more) {
            assert.equal(after, undefined)
            break
          }
        }
        assert.deepEqual(seen, order === 'asc' ? ids : ids.toReversed())
      }
    },
  },
  {
    title: 'an unknown cursor gives an empty page',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope, ['one'])
      const empty = { data: [], has_more: false }
      assert.deepEqual(await store.listThreads({ limit: 5, order: 'asc', after: 'thr_no' }, scope), empty)
      assert.deepEqual(await store.listItems(id, { ...ALL, after: 'msg_no' }, scope), empty)
    },
  },
  {
    title: 'deleteThread takes the thread and its items, and again does nothing',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await open(store, scope, ['one'])
      await store.deleteThread(id, scope)
      await store.deleteThread(id, scope)
      await rejects(store.loadThread(id, scope), 'thread_not_found')
      await rejects(store.listItems(id, ALL, scope), 'thread_not_found')
    },
  },
]
