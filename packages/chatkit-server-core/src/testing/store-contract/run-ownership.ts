import { strict as assert } from 'node:assert'
import { generateId } from '../../store/generate-id.ts'
import type { TurnStep } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { list, message, newOwner, newThread, rejects, strangersOf } from './fixtures.ts'
import {
  answered,
  begin,
  conversation,
  end,
  entries,
  entry,
  form,
  refused,
  toolCall,
  turn,
} from './run-fixtures.ts'

export const runOwnership: StoreContractCase[] = [
  {
    title: 'no turn is opened on a thread by another owner or tenant, whatever the step',
    run: async (store) => {
      const mine = newOwner('a')
      const { threadId, asked, made } = await conversation(store, mine, (id) => [form(id), toolCall(id)])
      const steps: TurnStep[] = [
        { kind: 'message' },
        { kind: 'tool_output', output: 'theirs' },
        { kind: 'structured_input', item: answered(made[0], 'theirs') },
        { kind: 'retry', itemId: asked.id },
        { kind: 'action' },
      ]
      for (const stranger of strangersOf(mine)) {
        for (const step of steps) {
          const items = [message(threadId, 'theirs')]
          await refused(store, stranger, { thread: threadId, step, items }, 'thread_not_found')
        }
      }
      assert.deepEqual(await list(store, threadId, mine), [asked, ...made])
      await begin(store, mine, { thread: threadId, step: { kind: 'tool_output', output: 'mine' } })
    },
  },
  {
    title: 'a thread whose run is active is not found by another owner or tenant either',
    run: async (store) => {
      const mine = newOwner('a')
      const { threadId } = await conversation(store, mine)
      await begin(store, mine, { thread: threadId })
      for (const stranger of strangersOf(mine)) {
        await refused(store, stranger, { thread: threadId }, 'thread_not_found')
      }
    },
  },
  {
    title: 'a new thread whose id somebody else has taken is rejected, and nothing is told of the run there',
    run: async (store) => {
      const mine = newOwner('a')
      const { run, thread } = await begin(store, mine, { newThread: newThread() })
      for (const stranger of strangersOf(mine)) {
        await assert.rejects(store.openTurn(turn({ newThread: newThread({ id: thread.id }) }), stranger))
      }
      assert.deepEqual(await store.activeRun(thread.id, mine), run)
      assert.equal((await store.appendDeltas(run, [entry(1)])).accepted, true)
    },
  },
  {
    title: 'no run of one owner or tenant is found, read or stopped by another',
    run: async (store) => {
      const mine = newOwner('a')
      const { threadId } = await conversation(store, mine)
      const key = { key: generateId('run'), bodyHash: 'hash' }
      const { run } = await begin(store, mine, { thread: threadId, key })
      await store.appendDeltas(run, entries(1, 2))
      for (const stranger of strangersOf(mine)) {
        assert.equal(await store.activeRun(threadId, stranger), undefined)
        await rejects(store.readEvents(run.id, 0, stranger), 'thread_not_found')
        assert.equal(await store.requestStop({ threadId }, stranger), undefined)
        assert.equal(await store.requestStop({ key: key.key }, stranger), undefined)
        await store.deleteThread(threadId, stranger)
      }
      assert.deepEqual(await store.appendDeltas(run, [entry(3)]), { accepted: true, stopRequested: false })
      assert.deepEqual(await store.activeRun(threadId, mine), run)
      await end(store, run)
      for (const stranger of strangersOf(mine)) {
        await rejects(store.readEvents(run.id, 0, stranger), 'thread_not_found')
      }
      assert.deepEqual((await store.readEvents(run.id, 0, mine))?.entries, entries(1, 3))
    },
  },
]
