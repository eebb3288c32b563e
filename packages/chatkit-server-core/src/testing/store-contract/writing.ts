import { strict as assert } from 'node:assert'
import type { StoreContractCase } from './contract-case.ts'
import { list, message, newOwner, newThread, question, texts } from './fixtures.ts'
import { begin, end, entries, entry } from './run-fixtures.ts'

export const writing: StoreContractCase[] = [
  {
    title: 'appendDeltas stores events, exactly as they were given, before it resolves',
    run: async (store) => {
      const scope = newOwner()
      const { run } = await begin(store, scope, { newThread: newThread() })
      assert.deepEqual(await store.appendDeltas(run, entries(1, 2)), { accepted: true, stopRequested: false })
      assert.deepEqual((await store.readEvents(run.id, 0, scope))?.entries, entries(1, 2))
      await store.appendDeltas(run, entries(3, 3))
      assert.deepEqual((await store.readEvents(run.id, 0, scope))?.entries, entries(1, 3))
    },
  },
  {
    title: 'the events of runs that append at the same time are kept apart and in order',
    run: async (store) => {
      const scope = newOwner()
      const runs = []
      for (let n = 0; n < 4; n++) runs.push((await begin(store, scope, { newThread: newThread() })).run)
      await Promise.all(
        runs.map(async (run, which) => {
          for (let seq = 1; seq <= 5 + which; seq++) await store.appendDeltas(run, [entry(seq)])
        }),
      )
      for (const [which, run] of runs.entries()) {
        assert.deepEqual((await store.readEvents(run.id, 0, scope))?.entries, entries(1, 5 + which))
      }
    },
  },
  {
    title:
      'appendItemEvent stores events and item together: a new item behind the others, a known one in its place',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread()
      const asked = question(thread.id, 'question')
      const { run } = await begin(store, scope, { newThread: thread, items: [asked] })
      const [one, two] = [message(thread.id, 'one'), message(thread.id, 'two')]
      const accepted = { accepted: true, stopRequested: false }
      assert.deepEqual(await store.appendItemEvent(run, entries(1, 3), { save: one }), accepted)
      assert.deepEqual(await store.appendItemEvent(run, [entry(4)], { save: two }), accepted)
      const changed = { ...message(thread.id, 'ONE'), id: one.id }
      assert.deepEqual(await store.appendItemEvent(run, [entry(5)], { save: changed }), accepted)
      assert.deepEqual(await list(store, thread.id, scope), [asked, changed, two])
      assert.deepEqual((await store.readEvents(run.id, 0, scope))?.entries, entries(1, 5))
    },
  },
  {
    title: 'appendItemEvent stores events and takes an item away, also one that is not there',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread()
      const { run } = await begin(store, scope, { newThread: thread })
      const [one, two] = [message(thread.id, 'one'), message(thread.id, 'two')]
      await store.appendItemEvent(run, [entry(1)], { save: one })
      await store.appendItemEvent(run, [entry(2)], { save: two })
      for (const seq of [3, 4]) {
        const appended = await store.appendItemEvent(run, [entry(seq)], { remove: one.id })
        assert.equal(appended.accepted, true)
      }
      assert.deepEqual(await list(store, thread.id, scope), [two])
      assert.deepEqual((await store.readEvents(run.id, 0, scope))?.entries, entries(1, 4))
    },
  },
  {
    title: 'a run and others write into one thread at the same time, and everything is kept',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread()
      const { run } = await begin(store, scope, { newThread: thread })
      const words = Array.from({ length: 6 }, (_, index) => `item ${index}`)
      await Promise.all([
        (async () => {
          for (const [index, word] of words.entries()) {
            await store.appendItemEvent(run, [entry(index + 1)], { save: message(thread.id, word) })
          }
        })(),
        ...words.map((word) => store.saveItem(thread.id, message(thread.id, `other ${word}`), scope)),
      ])
      await end(store, run)
      const kept = await texts(store, thread.id, scope)
      assert.deepEqual(
        kept.filter((text) => words.includes(text)),
        words,
      )
      assert.equal(kept.length, 2 * words.length)
    },
  },
]
