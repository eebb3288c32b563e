import { strict as assert } from 'node:assert'
import type { StoreContractCase } from './contract-case.ts'
import { message, newOwner, newThread, rejects, strangersOf } from './fixtures.ts'
import { begin, end, entries, entry, refused } from './run-fixtures.ts'

export const counting: StoreContractCase[] = [
  {
    title: 'an owner’s run beyond the number allowed is refused with rate_limited, and leaves no thread',
    run: async (store) => {
      const scope = newOwner('a')
      const { run } = await begin(store, scope, { newThread: newThread() })
      const second = await begin(store, scope, { newThread: newThread(), maxActiveRuns: 2 })
      const thread = newThread()
      await refused(store, scope, { newThread: thread, maxActiveRuns: 2 }, 'rate_limited')
      await rejects(store.loadThread(thread.id, scope), 'thread_not_found')
      for (const stranger of strangersOf(scope)) {
        await begin(store, stranger, { newThread: newThread(), maxActiveRuns: 1 })
      }
      await end(store, run)
      await begin(store, scope, { newThread: thread, maxActiveRuns: 2 })
      await refused(store, scope, { newThread: newThread(), maxActiveRuns: 2 }, 'rate_limited')
      await store.deleteThread(second.thread.id, scope)
      await begin(store, scope, { newThread: newThread(), maxActiveRuns: 2 })
    },
  },
  {
    title: 'counters tell the active runs, the events written and the writes it took',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread()
      const before = store.counters()
      const { run } = await begin(store, scope, { newThread: thread })
      assert.equal(store.counters().activeRuns, before.activeRuns + 1)
      await store.appendDeltas(run, entries(1, 3))
      await store.appendItemEvent(run, [entry(4)], { save: message(thread.id, 'answer') })
      await end(store, run, { entries: [entry(5)] })
      const after = store.counters()
      assert.equal(after.activeRuns, before.activeRuns)
      assert.equal(after.eventsWritten, before.eventsWritten + 5)
      assert.ok(after.flushes > before.flushes)
    },
  },
]
