import { strict as assert } from 'node:assert'
import type { StoreContractCase } from './contract-case.ts'
import { generateId } from '../../store/generate-id.ts'
import { newOwner, newThread, question, rejects, strangersOf, texts } from './fixtures.ts'
import { begin, conversation, end, refused, turn } from './run-fixtures.ts'

const newKey = (): { key: string; bodyHash: string } => ({ key: generateId('run'), bodyHash: 'hash 1' })

export const keys: StoreContractCase[] = [
  {
    title: 'the same key with the same body opens nothing and gives the first run, also when that is over',
    run: async (store) => {
      const scope = newOwner()
      const key = newKey()
      const { threadId } = await conversation(store, scope)
      const { run } = await begin(store, scope, {
        thread: threadId,
        items: [question(threadId, 'next')],
        key,
      })
      for (const when of ['while it is active', 'when it is over']) {
        const again = turn({ thread: threadId, items: [question(threadId, when)], key: { ...key } })
        assert.deepEqual(await store.openTurn(again, scope), { outcome: 'repeated', run })
        assert.equal(await store.readEvents(again.run.id, 0, scope), undefined)
        await end(store, run)
      }
      assert.deepEqual(await texts(store, threadId, scope), ['question', 'next'])
      assert.equal(await store.activeRun(threadId, scope), undefined)
    },
  },
  {
    title: 'the same key with the same body makes no second thread',
    run: async (store) => {
      const scope = newOwner()
      const key = newKey()
      const thread = newThread()
      const { run } = await begin(store, scope, { newThread: thread, key })
      const second = newThread()
      assert.deepEqual(await store.openTurn(turn({ newThread: second, key }), scope), {
        outcome: 'repeated',
        run,
      })
      await rejects(store.loadThread(second.id, scope), 'thread_not_found')
    },
  },
  {
    title:
      'of requests with one key that come at the same time one opens a turn, and the others are given its run',
    run: async (store) => {
      const scope = newOwner()
      const key = newKey()
      const openings = Array.from({ length: 4 }, () => turn({ newThread: newThread(), key }))
      const results = await Promise.all(openings.map((each) => store.openTurn(each, scope)))
      const first = results.findIndex(({ outcome }) => outcome === 'opened')
      const { run, newThread: thread } = openings[first] ?? {}
      assert.ok(run && thread)
      for (const [index, result] of results.entries()) {
        if (index === first) continue
        assert.deepEqual(result, { outcome: 'repeated', run: { id: run.id, threadId: thread.id } })
      }
      const page = await store.listThreads({ limit: 10, order: 'asc' }, scope)
      assert.deepEqual(
        page.data.map(({ id }) => id),
        [thread.id],
      )
    },
  },
  {
    title: 'the same key with another body is refused',
    run: async (store) => {
      const scope = newOwner()
      const key = newKey()
      const thread = newThread()
      const { run } = await begin(store, scope, { newThread: thread, key })
      const other = { ...key, bodyHash: 'hash 2' }
      await refused(store, scope, { thread: thread.id, key: other }, 'idempotency_key_reused')
      await end(store, run)
      await refused(store, scope, { thread: thread.id, key: other }, 'idempotency_key_reused')
      await refused(store, scope, { newThread: newThread(), key: other }, 'idempotency_key_reused')
    },
  },
  {
    title: 'the same key of another owner or tenant is another key',
    run: async (store) => {
      const scope = newOwner('a')
      const key = newKey()
      await begin(store, scope, { newThread: newThread(), key })
      for (const stranger of strangersOf(scope)) {
        await begin(store, stranger, { newThread: newThread(), key: { ...key, bodyHash: 'hash 2' } })
      }
    },
  },
  {
    title: 'a turn that was refused uses up no key',
    run: async (store) => {
      const scope = newOwner()
      const key = newKey()
      const { threadId } = await conversation(store, scope)
      await store.saveThread(threadId, { status: { type: 'locked' } }, scope)
      await refused(store, scope, { thread: threadId, key }, 'thread_locked')
      await store.saveThread(threadId, { status: { type: 'active' } }, scope)
      await begin(store, scope, { thread: threadId, key })
    },
  },
]
