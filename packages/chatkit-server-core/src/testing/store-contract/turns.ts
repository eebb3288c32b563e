import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { StoreContractCase } from './contract-case.ts'
import { ALL, message, newOwner, newThread, opened, texts } from './fixtures.ts'

export const turns: StoreContractCase[] = [
  {
    title: 'openTurn makes a new thread with its items, kept exactly as they were given',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread({ title: 'روبوٹ 🤖', metadata: { deep: { list: [1, null, 'x'] } } })
      const item = { ...message(thread.id, "quotes ' and \\ and\nlines — 🤖"), unknown_field: { kept: true } }
      const result = await store.openTurn({ newThread: thread, items: [item] }, scope)
      assert.deepEqual(result.thread, thread)
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
      assert.deepEqual((await store.listItems(thread.id, ALL, scope)).data, [item])
    },
  },
  {
    title: 'openTurn appends to a thread, after what is there, in the order given',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one'])
      const items = ['two', 'three', 'four'].map((text) => message(id, text))
      const result = await store.openTurn({ thread: id, items }, scope)
      assert.equal(result.thread?.id, id)
      assert.deepEqual(await texts(store, id, scope), ['one', 'two', 'three', 'four'])
    },
  },
  {
    title: 'openTurn refuses a thread that is unknown, locked or closed, and writes nothing',
    run: async (store) => {
      const scope = newOwner()
      const unknown = generateId('thr')
      const nowhere = await store.openTurn({ thread: unknown, items: [message(unknown, 'x')] }, scope)
      assert.equal(nowhere.refused, 'thread_not_found')
      const { id } = await opened(store, scope, ['one'])
      for (const type of ['locked', 'closed'] as const) {
        await store.saveThread(id, { status: { type, reason: 'exam' } }, scope)
        const result = await store.openTurn({ thread: id, items: [message(id, 'x')] }, scope)
        assert.equal(result.refused, `thread_${type}`)
        assert.deepEqual(await texts(store, id, scope), ['one'])
      }
    },
  },
  {
    title: 'openTurn rejects an id that is taken, also by somebody else, and changes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one'])
      const [first] = (await store.listItems(id, ALL, scope)).data
      assert.ok(first)
      await assert.rejects(
        store.openTurn({ thread: id, items: [{ ...message(id, 'x'), id: first.id }] }, scope),
      )
      for (const who of [scope, newOwner()]) {
        await assert.rejects(
          store.openTurn({ newThread: newThread({ id, title: 'theirs' }), items: [] }, who),
        )
      }
      assert.equal((await store.loadThread(id, scope)).title, undefined)
      assert.deepEqual(await texts(store, id, scope), ['one'])
    },
  },
  {
    title: 'turns opened at the same time on one thread are all kept',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope)
      const words = Array.from({ length: 8 }, (_, index) => `turn ${index}`)
      await Promise.all(
        words.map((word) => store.openTurn({ thread: id, items: [message(id, word)] }, scope)),
      )
      assert.deepEqual((await texts(store, id, scope)).toSorted(), words)
    },
  },
]
