import { strict as assert } from 'node:assert'
import type { WidgetItem } from '../../protocol/items.ts'
import { generateId } from '../../store/generate-id.ts'
import type { StoreContractCase } from './contract-case.ts'
import { list, message, newOwner, newThread, question, texts, times } from './fixtures.ts'
import { begin, conversation, end, entries, turn } from './run-fixtures.ts'

const widget = (threadId: string): WidgetItem => ({
  id: generateId('msg'),
  thread_id: threadId,
  created_at: times(0),
  type: 'widget',
  widget: { type: 'Card', children: [] },
})

export const opening: StoreContractCase[] = [
  {
    title: 'openTurn makes a new thread with its items, kept exactly as they were given, and its run',
    run: async (store) => {
      const scope = newOwner()
      const thread = newThread({ title: 'روبوٹ 🤖', metadata: { deep: { list: [1, null, 'x'] } } })
      const asked = {
        ...question(thread.id, "quotes ' and \\ and\nlines — 🤖"),
        unknown_field: { kept: true },
      }
      const id = generateId('run')
      const begun = await begin(store, scope, {
        newThread: thread,
        items: [asked],
        run: { id, entries: entries(1, 2) },
      })
      assert.deepEqual(begun.thread, thread)
      assert.deepEqual(begun.item, asked)
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
      assert.deepEqual(await list(store, thread.id, scope), [asked])
      const run = { id, threadId: thread.id }
      assert.deepEqual(await store.activeRun(thread.id, scope), run)
      const events = await store.readEvents(id, 0, scope)
      assert.deepEqual(events?.run, run)
      assert.equal(events?.status, 'running')
      assert.deepEqual(events?.entries, entries(1, 2))
    },
  },
  {
    title: 'openTurn appends to a thread, after what is there, in the order given',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope, (id) => [message(id, 'answer')])
      const items = [message(threadId, 'before'), question(threadId, 'next'), message(threadId, 'behind')]
      const { thread, item } = await begin(store, scope, { thread: threadId, items })
      assert.deepEqual(thread, await store.loadThread(threadId, scope))
      assert.deepEqual(item, items[1])
      assert.deepEqual(await texts(store, threadId, scope), [
        'question',
        'answer',
        'before',
        'next',
        'behind',
      ])
    },
  },
  {
    title: 'openTurn gives the thread as it has become by then',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope)
      await store.saveThread(threadId, { title: 'renamed', metadata: { k: 1 } }, scope)
      const { thread } = await begin(store, scope, { thread: threadId })
      assert.equal(thread.title, 'renamed')
      assert.deepEqual(thread.metadata, { k: 1 })
    },
  },
  {
    title: 'of turns opened at the same time on one thread exactly one claims it',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, asked } = await conversation(store, scope)
      const openings = ['a', 'b', 'c', 'd', 'e'].map((word) =>
        turn({ thread: threadId, items: [question(threadId, word)] }),
      )
      const results = await Promise.all(openings.map((each) => store.openTurn(each, scope)))
      const winners = openings.filter((_, index) => results[index]?.outcome === 'opened')
      const [winner] = winners
      assert.ok(winner && winners.length === 1)
      for (const result of results) {
        if (result.outcome === 'opened') continue
        assert.deepEqual(result, { outcome: 'refused', code: 'run_active', runId: winner.run.id })
      }
      assert.deepEqual(await list(store, threadId, scope), [asked, ...winner.items])
      assert.deepEqual(await store.activeRun(threadId, scope), { id: winner.run.id, threadId })
    },
  },
  {
    title: 'openTurn opens the next turn once the run of the last one is over',
    run: async (store) => {
      const scope = newOwner()
      const { threadId } = await conversation(store, scope)
      for (const word of ['two', 'three']) {
        const { run } = await begin(store, scope, { thread: threadId, items: [question(threadId, word)] })
        await end(store, run)
      }
      assert.deepEqual(await texts(store, threadId, scope), ['question', 'two', 'three'])
    },
  },
  {
    title: 'an action opens a turn for a widget of the thread, which it gives, or for the page itself',
    run: async (store) => {
      const scope = newOwner()
      const { threadId, made } = await conversation(store, scope, (id) => [widget(id)])
      const [sender] = made
      const used = await begin(store, scope, {
        thread: threadId,
        step: { kind: 'action', itemId: sender?.id },
      })
      assert.deepEqual(used.item, sender)
      await end(store, used.run)
      const ofPage = await begin(store, scope, { thread: threadId, step: { kind: 'action' } })
      assert.equal(ofPage.item, undefined)
    },
  },
]
