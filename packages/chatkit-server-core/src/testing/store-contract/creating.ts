import { strict as assert } from 'node:assert'
import type { ThreadStore } from '../../store/thread-store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { list, message, newOwner, newThread, rejects, strangersOf, texts } from './fixtures.ts'

export const creating: StoreContractCase<ThreadStore>[] = [
  {
    title: 'createThread makes a new thread with its items, kept exactly as they were given',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread({ title: 'روبوٹ 🤖', metadata: { deep: { list: [1, null, 'x'] } } })
      const item = { ...message(thread.id, "quotes ' and \\ and\nlines — 🤖"), unknown_field: { kept: true } }
      await store.createThread(thread, [item], scope)
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
      assert.deepEqual(await list(store, thread.id, scope), [item])
    },
  },
  {
    title: 'createThread rejects a thread id that is taken, also by somebody else, and changes nothing',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread()
      await store.createThread(thread, [], scope)
      for (const who of [scope, newOwner()]) {
        await assert.rejects(
          store.createThread({ ...thread, title: 'theirs' }, [message(thread.id, 'x')], who),
        )
      }
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
      assert.deepEqual(await texts(store, thread.id, scope), [])
    },
  },
  {
    title: 'createThread makes nothing of a thread whose items share an id',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread()
      const item = message(thread.id, 'one')
      await assert.rejects(store.createThread(thread, [item, { ...item }], scope))
      await rejects(store.loadThread(thread.id, scope), 'thread_not_found')
    },
  },
  {
    title: 'appendItems appends after what is there, in the order given, whatever the thread’s status',
    run: async (store) => {
      const scope = newOwner()
      const { id } = newThread()
      await store.createThread(newThread({ id }), [message(id, 'one')], scope)
      await store.appendItems(
        id,
        ['two', 'three'].map((text) => message(id, text)),
        scope,
      )
      await store.saveThread(id, { status: { type: 'locked' } }, scope)
      await store.appendItems(id, [message(id, 'four')], scope)
      assert.deepEqual(await texts(store, id, scope), ['one', 'two', 'three', 'four'])
    },
  },
  {
    title: 'appendItems appends none of the items when the id of one is taken',
    run: async (store) => {
      const scope = newOwner()
      const { id } = newThread()
      const first = message(id, 'one')
      await store.createThread(newThread({ id }), [first], scope)
      const taken = { ...message(id, 'x'), id: first.id }
      await assert.rejects(store.appendItems(id, [message(id, 'two'), taken], scope))
      const twice = message(id, 'x')
      await assert.rejects(store.appendItems(id, [twice, { ...twice }], scope))
      assert.deepEqual(await texts(store, id, scope), ['one'])
    },
  },
  {
    title: 'appendItems rejects with thread_not_found for a thread that is unknown or someone else’s',
    run: async (store) => {
      const scope = newOwner('a')
      const { id } = newThread()
      await rejects(store.appendItems(id, [message(id, 'x')], scope), 'thread_not_found')
      await store.createThread(newThread({ id }), [], scope)
      for (const stranger of strangersOf(scope)) {
        await rejects(store.appendItems(id, [message(id, 'x')], stranger), 'thread_not_found')
      }
      assert.deepEqual(await texts(store, id, scope), [])
    },
  },
  {
    title: 'what is appended at the same time is all kept',
    run: async (store) => {
      const scope = newOwner()
      const { id } = newThread()
      await store.createThread(newThread({ id }), [], scope)
      const words = Array.from({ length: 8 }, (_, index) => `item ${index}`)
      await Promise.all(words.map((word) => store.appendItems(id, [message(id, word)], scope)))
      assert.deepEqual((await texts(store, id, scope)).toSorted(), words)
    },
  },
]
