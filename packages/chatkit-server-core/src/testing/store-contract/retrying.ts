import { strict as assert } from 'node:assert'
import type { Scope } from '../../store/scope.ts'
import type { Store } from '../../store/store.ts'
import type { StoreContractCase } from './contract-case.ts'
import { hidden, list, message, newOwner, question, rejects, texts } from './fixtures.ts'
import {
  begin,
  conversation,
  end,
  entry,
  refused,
  toolCall,
  type Begun,
  type Conversation,
} from './run-fixtures.ts'

/** A question with three items of an answer behind it, which is being answered again. */
async function retried(store: Store, scope: Scope): Promise<Conversation & Begun> {
  const before = await conversation(store, scope, (id) => [
    message(id, 'old 1'),
    hidden(id),
    message(id, 'old 2'),
  ])
  const begun = await begin(store, scope, {
    thread: before.threadId,
    step: { kind: 'retry', itemId: before.asked.id },
  })
  return { ...before, ...begun }
}

export const retrying: StoreContractCase[] = [
  {
    title: 'a retry gives the message and sets aside what stands behind it',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, item } = await retried(store, scope)
      assert.deepEqual(item, asked)
      assert.deepEqual(await list(store, threadId, scope), [asked])
    },
  },
  {
    title: 'what is set aside is left out before paging, so that pages are full',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, run } = await retried(store, scope)
      const answer = message(threadId, 'new')
      await store.appendItemEvent(run, [entry(1)], { save: answer })
      for (const include of ['visible', 'all'] as const) {
        const newest = await store.listItems(threadId, { limit: 2, order: 'desc', include }, scope)
        assert.deepEqual(newest.data, [answer, asked])
        assert.equal(newest.has_more, false)
        const oldest = await store.listItems(threadId, { limit: 1, order: 'asc', include }, scope)
        assert.deepEqual(oldest.data, [asked])
        assert.equal(oldest.has_more, true)
        const next = await store.listItems(
          threadId,
          { limit: 1, order: 'asc', include, after: oldest.after },
          scope,
        )
        assert.deepEqual(next.data, [answer])
        assert.equal(next.has_more, false)
      }
    },
  },
  {
    title: 'what is set aside is deleted for good when the run has made an item',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made, run } = await retried(store, scope)
      const answer = message(threadId, 'new')
      await store.appendItemEvent(run, [entry(1)], { save: answer })
      await end(store, run)
      assert.deepEqual(await list(store, threadId, scope), [asked, answer])
      for (const { id } of made) await rejects(store.loadItem(threadId, id, scope), 'item_not_found')
    },
  },
  {
    title: 'what is set aside is deleted for good when the run’s end saves an answer',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made, run } = await retried(store, scope)
      const partial = message(threadId, 'half of an')
      await end(store, run, { status: 'failed', items: [partial] })
      assert.deepEqual(await list(store, threadId, scope), [asked, partial])
      for (const { id } of made) await rejects(store.loadItem(threadId, id, scope), 'item_not_found')
    },
  },
  {
    title: 'what is set aside comes back, in its order, when the run has made no item',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made, run } = await retried(store, scope)
      await store.appendDeltas(run, [entry(1)])
      await end(store, run, { status: 'failed' })
      assert.deepEqual(await list(store, threadId, scope), [asked, ...made])
      await end(store, run, { items: [message(threadId, 'late')] })
      assert.deepEqual(await list(store, threadId, scope), [asked, ...made])
      const next = question(threadId, 'next')
      await begin(store, scope, { thread: threadId, items: [next] })
      assert.deepEqual(await list(store, threadId, scope), [asked, ...made, next])
    },
  },
  {
    title: 'a note that only the model sees is no item that would take the place of what is set aside',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked, made, run } = await retried(store, scope)
      const note = hidden(threadId)
      await end(store, run, { status: 'stopped', items: [note] })
      assert.deepEqual(await list(store, threadId, scope), [asked, ...made, note])
    },
  },
  {
    title: 'a message can be retried again and again',
    run: async (store) => {
      const scope = newOwner()
      const first = await retried(store, scope)
      const { threadId, asked } = first
      await end(store, first.run)
      for (const text of ['second', 'third']) {
        const step = { kind: 'retry', itemId: asked.id } as const
        const { run } = await begin(store, scope, { thread: threadId, step })
        assert.deepEqual(await texts(store, threadId, scope), ['question'])
        await store.appendItemEvent(run, [entry(1)], { save: message(threadId, text) })
        await end(store, run)
        assert.deepEqual(await texts(store, threadId, scope), ['question', text])
      }
    },
  },
  {
    title: 'a retry of an earlier message sets later messages aside, too',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked } = await conversation(store, scope, (id) => [message(id, 'answer')])
      const next = question(threadId, 'next')
      const { run } = await begin(store, scope, { thread: threadId, items: [next] })
      await end(store, run)
      await begin(store, scope, { thread: threadId, step: { kind: 'retry', itemId: asked.id } })
      assert.deepEqual(await texts(store, threadId, scope), ['question'])
    },
  },
  {
    title: 'a tool call that is set aside cannot be answered once another answer stands in its place',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked } = await conversation(store, scope, (id) => [toolCall(id)])
      const { run } = await begin(store, scope, {
        thread: threadId,
        step: { kind: 'retry', itemId: asked.id },
      })
      await end(store, run, { items: [message(threadId, 'without a tool')] })
      const step = { kind: 'tool_output', output: 'late' } as const
      await refused(store, scope, { thread: threadId, step }, 'item_state_conflict')
    },
  },
  {
    title: 'a thread that is deleted during a retry takes with it what was set aside',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, made, run } = await retried(store, scope)
      await store.deleteThread(threadId, scope)
      assert.equal(await end(store, run), false)
      await rejects(store.loadThread(threadId, scope), 'thread_not_found')
      await rejects(store.loadItem(threadId, made[0]?.id ?? '', scope), 'thread_not_found')
    },
  },
]
