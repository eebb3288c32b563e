import { generateId, type Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { message, newThread } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

type Call = (store: PostgresStore, threadId: string, itemId: string, scope: Scope) => Promise<unknown>
const PAGE = { limit: 10, order: 'asc' } as const

/** Every method that takes an id, with the answer for someone else's. */
const CALLS: [string, Call, unknown][] = [
  [
    'openTurn',
    (store, thread, _, scope) => store.openTurn({ thread, items: [message(thread, 'x')] }, scope),
    { refused: 'thread_not_found' },
  ],
  ['loadThread', (store, id, _, scope) => store.loadThread(id, scope), 'thread_not_found'],
  ['saveThread', (store, id, _, scope) => store.saveThread(id, { title: 'x' }, scope), 'thread_not_found'],
  [
    'listThreads',
    (store, after, _, scope) => store.listThreads({ ...PAGE, after }, scope),
    { data: [], has_more: false },
  ],
  [
    'listItems',
    (store, id, _, scope) => store.listItems(id, { ...PAGE, include: 'all' }, scope),
    'thread_not_found',
  ],
  ['loadItem', (store, id, item, scope) => store.loadItem(id, item, scope), 'thread_not_found'],
  [
    'saveItem',
    (store, id, item, scope) => store.saveItem(id, { ...message(id, 'x'), id: item }, scope),
    'thread_not_found',
  ],
  ['deleteItem', (store, id, item, scope) => store.deleteItem(id, item, scope), undefined],
  ['deleteThread', (store, id, _, scope) => store.deleteThread(id, scope), undefined],
]

describe('two owners and two tenants', () => {
  const scopes: Scope[] = ['ada', 'grace'].flatMap((owner) => [
    { owner, context: {} },
    { owner, tenant: 'school-1', context: {} },
    { owner, tenant: 'school-2', context: {} },
  ])
  let database: FreshDatabase
  let store: PostgresStore
  beforeAll(async () => {
    database = await freshDatabase()
    store = new PostgresStore({ connectionString: database.url })
    await store.migrate()
  })
  afterAll(() => store.close().then(database.drop))

  // With the transaction that wrote each row, so that a row written again as it was is noticed.
  const everything = (): Promise<unknown[]> =>
    query(
      database.url,
      `select xmin::text, row_to_json(t)::text as row from chatkit.threads t
       union all select xmin::text, row_to_json(i)::text from chatkit.items i order by 2`,
    )
  const open = async (scope: Scope): Promise<{ threadId: string; itemId: string }> => {
    const thread = newThread()
    const item = message(thread.id, 'mine')
    await store.openTurn({ newThread: thread, items: [item] }, scope)
    return { threadId: thread.id, itemId: item.id }
  }

  it.each(CALLS)('%s finds nothing of another and leaves every row as it is', async (_, call, answer) => {
    for (const mine of scopes) {
      const { threadId, itemId } = await open(mine)
      const before = await everything()
      for (const theirs of scopes.filter((scope) => scope !== mine)) {
        const result: unknown = await call(store, threadId, itemId, theirs).catch(codeOf)
        expect(result).toEqual(answer)
      }
      expect(await everything()).toEqual(before)
    }
  })

  it.each(CALLS.filter(([, , answer]) => answer !== undefined))(
    '%s finds what is one’s own',
    async (_, call, answer) => {
      for (const mine of scopes) {
        const { threadId, itemId } = await open(mine)
        const later = newThread({ id: generateId('thr'), created_at: '2027-01-01T00:00:00.000Z' })
        await store.openTurn({ newThread: later, items: [] }, mine)
        const result: unknown = await call(store, threadId, itemId, mine).catch(codeOf)
        expect(result).not.toEqual(answer)
      }
    },
  )

  it.each(['deleteThread', 'deleteItem'])('%s deletes what is one’s own', async (name) => {
    const call = CALLS.find(([title]) => title === name)?.[1]
    for (const mine of scopes) {
      const { threadId, itemId } = await open(mine)
      await call?.(store, threadId, itemId, mine)
      await expect(store.loadItem(threadId, itemId, mine)).rejects.toMatchObject({
        code: name === 'deleteThread' ? 'thread_not_found' : 'item_not_found',
      })
    }
  })

  it.each(['locked', 'closed'] as const)('a turn on a %s thread writes no row', async (type) => {
    const [mine] = scopes
    if (!mine) return
    const { threadId } = await open(mine)
    await store.saveThread(threadId, { status: { type } }, mine)
    const before = await everything()
    expect(await store.openTurn({ thread: threadId, items: [message(threadId, 'x')] }, mine)).toEqual({
      refused: `thread_${type}`,
    })
    expect(await everything()).toEqual(before)
  })
})

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : error
