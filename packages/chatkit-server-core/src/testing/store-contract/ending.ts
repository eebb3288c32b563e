import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { RunEnding } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { hidden, list, message, newOwner, newThread } from './fixtures.ts'
import { begin, conversation, end, entries, entry } from './run-fixtures.ts'

const STATUSES: RunEnding['status'][] = ['completed', 'stopped', 'failed', 'interrupted']

export const ending: StoreContractCase[] = [
  {
    title: 'closeRun stores its items and events, and frees the thread',
    run: async (store) => {
      const scope = newOwner()
      for (const status of STATUSES) {
        const { threadId, asked } = await conversation(store, scope)
        const { run } = await begin(store, scope, { thread: threadId })
        const done = message(threadId, 'done')
        await store.appendItemEvent(run, [entry(1)], { save: done })
        const items = [message(threadId, 'half of an'), hidden(threadId)]
        assert.equal(await end(store, run, { status, items, entries: entries(2, 3) }), true)
        assert.deepEqual(await list(store, threadId, scope), [asked, done, ...items])
        const events = await store.readEvents(run.id, 0, scope)
        assert.equal(events?.status, status)
        assert.deepEqual(events?.entries, entries(1, 3))
        assert.equal(await store.activeRun(threadId, scope), undefined)
      }
    },
  },
  {
    title: 'closeRun again, or after somebody else, gives false and writes nothing',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked } = await conversation(store, scope)
      const { run } = await begin(store, scope, { thread: threadId })
      await end(store, run, { status: 'stopped', entries: [entry(1)] })
      const next = await begin(store, scope, { thread: threadId })
      const late = { items: [message(threadId, 'late')], entries: [entry(2)] }
      assert.equal(await end(store, run, { status: 'completed', ...late }), false)
      assert.deepEqual(await list(store, threadId, scope), [asked])
      const events = await store.readEvents(run.id, 0, scope)
      assert.equal(events?.status, 'stopped')
      assert.deepEqual(events?.entries, [entry(1)])
      assert.deepEqual(await store.activeRun(threadId, scope), next.run)
    },
  },
  {
    title: 'of those who end a run at the same time exactly one does',
    run: async (store) => {
      const scope = newOwner()
      const { run, thread } = await begin(store, scope, { newThread: newThread() })
      const items = STATUSES.map((status) => message(thread.id, status))
      const ended = await Promise.all(
        STATUSES.map((status, index) => end(store, run, { status, items: items.slice(index, index + 1) })),
      )
      assert.equal(ended.filter(Boolean).length, 1)
      const winner = ended.indexOf(true)
      assert.deepEqual(await list(store, thread.id, scope), items.slice(winner, winner + 1))
      assert.equal((await store.readEvents(run.id, 0, scope))?.status, STATUSES[winner])
    },
  },
  {
    title: 'endAbandoned leaves alone what is being executed, what has ended, and what is unknown',
    run: async (store) => {
      const scope = newOwner()
      const { run, thread } = await begin(store, scope, { newThread: newThread() })
      assert.ok(store.heldUntilMs() > performance.now())
      assert.equal(await store.endAbandoned(run), false)
      assert.deepEqual(await store.activeRun(thread.id, scope), run)
      await end(store, run, { status: 'completed' })
      assert.equal(await store.endAbandoned(run), false)
      assert.equal((await store.readEvents(run.id, 0, scope))?.status, 'completed')
      assert.equal(await store.endAbandoned({ id: generateId('run'), threadId: thread.id }), false)
    },
  },
  {
    title: 'closeRun gives false for a run that is unknown',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked } = await conversation(store, scope)
      const { run } = await begin(store, scope, { thread: threadId })
      const unknown = { id: generateId('run'), threadId }
      assert.equal(await end(store, unknown, { items: [message(threadId, 'x')] }), false)
      assert.deepEqual(await list(store, threadId, scope), [asked])
      assert.deepEqual(await store.activeRun(threadId, scope), run)
    },
  },
]
