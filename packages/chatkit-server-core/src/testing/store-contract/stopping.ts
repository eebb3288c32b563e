import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { StoreContractCase } from './contract-case.ts'
import { message, newOwner, newThread } from './fixtures.ts'
import { begin, conversation, end, entry } from './run-fixtures.ts'

export const stopping: StoreContractCase[] = [
  {
    title: 'requestStop gives the active run of a thread, whose next write is told of it',
    run: async (store) => {
      const scope = newOwner()
      const { run, thread } = await begin(store, scope, { newThread: newThread() })
      const beside = await begin(store, scope, { newThread: newThread() })
      for (const time of ['once', 'again']) {
        assert.deepEqual(await store.requestStop({ threadId: thread.id }, scope), run, time)
      }
      assert.deepEqual(await store.activeRun(thread.id, scope), run)
      const told = { accepted: true, stopRequested: true }
      assert.deepEqual(await store.appendDeltas(run, [entry(1)]), told)
      const save = message(thread.id, 'answer')
      assert.deepEqual(await store.appendItemEvent(run, [entry(2)], { save }), told)
      assert.equal((await store.appendDeltas(beside.run, [entry(1)])).stopRequested, false)
    },
  },
  {
    title: 'requestStop gives the run of a request’s key, whose next write is told of it',
    run: async (store) => {
      const scope = newOwner()
      const key = { key: generateId('run'), bodyHash: 'hash' }
      const { run } = await begin(store, scope, { newThread: newThread(), key })
      assert.deepEqual(await store.requestStop({ key: key.key }, scope), run)
      assert.deepEqual(await store.appendDeltas(run, [entry(1)]), { accepted: true, stopRequested: true })
    },
  },
  {
    title: 'requestStop gives undefined where nothing is running, and asks no later run to stop',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope)
      const key = { key: generateId('run'), bodyHash: 'hash' }
      const { run } = await begin(store, scope, { thread: threadId, key })
      await end(store, run)
      const targets = [{ threadId }, { key: key.key }, { threadId: generateId('thr') }, { key: 'unknown' }]
      for (const target of targets) assert.equal(await store.requestStop(target, scope), undefined)
      const next = await begin(store, scope, { thread: threadId })
      assert.equal((await store.appendDeltas(next.run, [entry(1)])).stopRequested, false)
    },
  },
]
