import { strict as assert } from 'node:assert'
import { ChatKitError, type ErrorCode } from '../errors.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Thread } from '../protocol/threads.ts'
import { generateId } from '../store/generate-id.ts'
import type { Scope } from '../store/scope.ts'
import type { ItemQuery, Store } from '../store/store.ts'

/** One promise of the `Store` interface, as a test for any runner: `it(title, () => run(store))`. */
export interface StoreContractCase {
  title: string
  /** Rejects where the store breaks the promise. Cases share a store: each uses owners of its own. */
  run: (store: Store) => Promise<void>
}

const times = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute, 0, 123)).toISOString()
const newOwner = (tenant?: string): Scope => ({
  owner: generateId('run'),
  ...(tenant === undefined ? {} : { tenant }),
  context: {},
})
const newThread = (fields: Partial<Thread> = {}): Thread => ({
  id: generateId('thr'),
  created_at: times(0),
  status: { type: 'active' },
  metadata: {},
  ...fields,
})
const message = (threadId: string, text: string): ThreadItem => ({
  id: generateId('msg'),
  thread_id: threadId,
  created_at: times(0),
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const hidden = (threadId: string): ThreadItem => ({
  id: generateId('shcx'),
  thread_id: threadId,
  created_at: times(0),
  type: 'hidden_context_item',
  content: { note: 'for the model' },
})
const textOf = (item: ThreadItem): string =>
  item.type === 'assistant_message' ? (item.content[0]?.text ?? '') : item.type

const ALL: ItemQuery = { limit: 100, order: 'asc', include: 'all' }

const rejects = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(ChatKitError.isInstance(error), `expected a ChatKitError, got ${String(error)}`)
    assert.equal(error.code, code)
    return true
  })

/** Opens a new thread with items that carry the given texts. */
async function opened(store: Store, scope: Scope, words: string[] = []): Promise<Thread> {
  const thread = newThread()
  const items = words.map((text) => message(thread.id, text))
  assert.ok((await store.openTurn({ newThread: thread, items }, scope)).thread)
  return thread
}

async function texts(store: Store, threadId: string, scope: Scope): Promise<string[]> {
  return (await store.listItems(threadId, ALL, scope)).data.map(textOf)
}

const turns: StoreContractCase[] = [
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

const threads: StoreContractCase[] = [
  {
    title: 'loadThread rejects with thread_not_found for an unknown id',
    run: (store) => rejects(store.loadThread(generateId('thr'), newOwner()), 'thread_not_found'),
  },
  {
    title: 'saveThread writes only the fields that are named, and null takes one away',
    run: async (store) => {
      const scope = newOwner()
      const thread = await opened(store, scope)
      await store.saveThread(thread.id, { title: 'A', metadata: { k: 1 } }, scope)
      await store.saveThread(thread.id, { allowed_image_domains: ['example.com'] }, scope)
      const saved = await store.saveThread(thread.id, { status: { type: 'locked', reason: 'r' } }, scope)
      const expected = {
        ...thread,
        title: 'A',
        metadata: { k: 1 },
        allowed_image_domains: ['example.com'],
        status: { type: 'locked', reason: 'r' },
      }
      assert.deepEqual(saved, expected)
      assert.deepEqual(await store.loadThread(thread.id, scope), expected)
      await store.saveThread(
        thread.id,
        { title: null, allowed_image_domains: null, status: { type: 'active' }, metadata: {} },
        scope,
      )
      assert.deepEqual(await store.loadThread(thread.id, scope), thread)
    },
  },
  {
    title: 'saveThread with no field changes nothing and gives the thread',
    run: async (store) => {
      const scope = newOwner()
      const thread = await opened(store, scope)
      assert.deepEqual(await store.saveThread(thread.id, {}, scope), thread)
    },
  },
  {
    title: 'listThreads pages by creation, equal times by id, in both orders, without gaps',
    run: async (store) => {
      const scope = newOwner()
      const made: Thread[] = []
      for (const minute of [3, 1, 1, 2, 1]) {
        const thread = newThread({ created_at: times(minute) })
        await store.openTurn({ newThread: thread, items: [] }, scope)
        made.push(thread)
      }
      const key = (thread: Thread): string => thread.created_at + thread.id
      const ids = made.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((thread) => thread.id)
      for (const order of ['asc', 'desc'] as const) {
        const seen: string[] = []
        for (let after: string | undefined; ;) {
          const page = await store.listThreads({ limit: 2, order, after }, scope)
          seen.push(...page.data.map((thread) => thread.id))
          after = page.after
          if (!page.has_more) {
            assert.equal(after, undefined)
            break
          }
        }
        assert.deepEqual(seen, order === 'asc' ? ids : ids.toReversed())
      }
    },
  },
  {
    title: 'an unknown cursor gives an empty page',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one'])
      const empty = { data: [], has_more: false }
      assert.deepEqual(await store.listThreads({ limit: 5, order: 'asc', after: 'thr_no' }, scope), empty)
      assert.deepEqual(await store.listItems(id, { ...ALL, after: 'msg_no' }, scope), empty)
    },
  },
  {
    title: 'deleteThread takes the thread and its items, and again does nothing',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one'])
      await store.deleteThread(id, scope)
      await store.deleteThread(id, scope)
      await rejects(store.loadThread(id, scope), 'thread_not_found')
      await rejects(store.listItems(id, ALL, scope), 'thread_not_found')
    },
  },
]

const items: StoreContractCase[] = [
  {
    title: 'loadItem gives the item, and rejects with item_not_found for an unknown one',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope)
      const item = message(id, 'hello')
      await store.saveItem(id, item, scope)
      assert.deepEqual(await store.loadItem(id, item.id, scope), item)
      await rejects(store.loadItem(id, generateId('msg'), scope), 'item_not_found')
    },
  },
  {
    title: 'saveItem again replaces the item and keeps its place',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one', 'two', 'three'])
      const [first] = (await store.listItems(id, ALL, scope)).data
      assert.ok(first)
      await store.saveItem(id, { ...message(id, 'ONE'), id: first.id }, scope)
      assert.deepEqual(await texts(store, id, scope), ['ONE', 'two', 'three'])
    },
  },
  {
    title: 'items of one instant keep the order in which they came',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope)
      const words = Array.from({ length: 12 }, (_, index) => `item ${index}`)
      for (const word of words) await store.saveItem(id, message(id, word), scope)
      assert.deepEqual(await texts(store, id, scope), words)
    },
  },
  {
    title: 'the same item id in two threads is two items',
    run: async (store) => {
      const scope = newOwner()
      const a = await opened(store, scope)
      const b = await opened(store, scope)
      const item = message(a.id, 'in a')
      await store.saveItem(a.id, item, scope)
      await store.saveItem(b.id, { ...message(b.id, 'in b'), id: item.id }, scope)
      assert.deepEqual(await texts(store, a.id, scope), ['in a'])
      assert.deepEqual(await texts(store, b.id, scope), ['in b'])
    },
  },
  {
    title: 'listItems leaves hidden items out before paging, so that pages are full',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope)
      for (const word of ['a', 'b', 'c', 'd']) {
        await store.saveItem(id, message(id, word), scope)
        await store.saveItem(id, hidden(id), scope)
      }
      const visible: ItemQuery = { limit: 2, order: 'desc', include: 'visible' }
      const first = await store.listItems(id, visible, scope)
      assert.deepEqual(first.data.map(textOf), ['d', 'c'])
      assert.equal(first.has_more, true)
      const second = await store.listItems(id, { ...visible, after: first.after }, scope)
      assert.deepEqual(second.data.map(textOf), ['b', 'a'])
      assert.equal(second.has_more, false)
      assert.equal((await store.listItems(id, ALL, scope)).data.length, 8)
    },
  },
  {
    title: 'deleteItem takes one item, and again does nothing',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one', 'two'])
      const [first] = (await store.listItems(id, ALL, scope)).data
      assert.ok(first)
      await store.deleteItem(id, first.id, scope)
      await store.deleteItem(id, first.id, scope)
      assert.deepEqual(await texts(store, id, scope), ['two'])
    },
  },
  {
    title: 'what was loaded is a copy: changing it changes nothing in the store',
    run: async (store) => {
      const scope = newOwner()
      const { id } = await opened(store, scope, ['one'])
      const thread = await store.loadThread(id, scope)
      thread.title = 'changed'
      thread.metadata.k = 1
      const page = await store.listItems(id, ALL, scope)
      page.data.length = 0
      assert.equal((await store.loadThread(id, scope)).title, undefined)
      assert.deepEqual(await texts(store, id, scope), ['one'])
    },
  },
]

const ownership: StoreContractCase[] = [
  {
    title: 'nothing of one owner or tenant is found, listed or changed by another',
    run: async (store) => {
      const mine = newOwner('a')
      const { id } = await opened(store, mine, ['mine'])
      const [item] = (await store.listItems(id, ALL, mine)).data
      assert.ok(item)
      const before = JSON.stringify([await store.loadThread(id, mine), await store.listItems(id, ALL, mine)])
      const strangers: Scope[] = [newOwner('a'), { ...mine, tenant: 'b' }, { owner: mine.owner, context: {} }]
      for (const stranger of strangers) {
        const turn = await store.openTurn({ thread: id, items: [message(id, 'theirs')] }, stranger)
        assert.equal(turn.refused, 'thread_not_found')
        await rejects(store.loadThread(id, stranger), 'thread_not_found')
        await rejects(store.saveThread(id, { title: 'theirs' }, stranger), 'thread_not_found')
        await rejects(store.loadItem(id, item.id, stranger), 'thread_not_found')
        await rejects(store.listItems(id, ALL, stranger), 'thread_not_found')
        await rejects(store.saveItem(id, message(id, 'theirs'), stranger), 'thread_not_found')
        await store.deleteItem(id, item.id, stranger)
        await store.deleteThread(id, stranger)
        const list = { limit: 5, order: 'asc' } as const
        assert.deepEqual((await store.listThreads(list, stranger)).data, [])
        assert.deepEqual((await store.listThreads({ ...list, after: id }, stranger)).data, [])
      }
      const after = JSON.stringify([await store.loadThread(id, mine), await store.listItems(id, ALL, mine)])
      assert.equal(after, before)
    },
  },
]

/** Every promise that a `Store` makes. Run all of them against a store of your own. */
export const storeContract: readonly StoreContractCase[] = [...turns, ...threads, ...items, ...ownership]
