import { generateId, type Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { file, message, newThread } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

interface Ids {
  threadId: string
  itemId: string
  attachmentId: string
}
type Call = (store: PostgresStore, ids: Ids, scope: Scope) => Promise<unknown>
const PAGE = { limit: 10, order: 'asc' } as const

/** Every method that takes an id, with the answer for someone else's. */
const CALLS: [string, Call, unknown][] = [
  [
    'appendItems',
    (store, { threadId }, scope) => store.appendItems(threadId, [message(threadId, 'x')], scope),
    'thread_not_found',
  ],
  ['loadThread', (store, { threadId }, scope) => store.loadThread(threadId, scope), 'thread_not_found'],
  [
    'saveThread',
    (store, { threadId }, scope) => store.saveThread(threadId, { title: 'x' }, scope),
    'thread_not_found',
  ],
  [
    'listThreads',
    (store, { threadId }, scope) => store.listThreads({ ...PAGE, after: threadId }, scope),
    { data: [], has_more: false },
  ],
  [
    'listItems',
    (store, { threadId }, scope) => store.listItems(threadId, { ...PAGE, include: 'all' }, scope),
    'thread_not_found',
  ],
  [
    'loadItem',
    (store, { threadId, itemId }, scope) => store.loadItem(threadId, itemId, scope),
    'thread_not_found',
  ],
  [
    'saveItem',
    (store, { threadId, itemId }, scope) =>
      store.saveItem(threadId, { ...message(threadId, 'x'), id: itemId }, scope),
    'thread_not_found',
  ],
  [
    'saveFeedback',
    (store, { threadId, itemId }, scope) =>
      store.saveFeedback({ threadId, itemIds: [itemId], kind: 'negative' }, scope),
    'thread_not_found',
  ],
  [
    'loadAttachment',
    (store, { attachmentId }, scope) => store.loadAttachment(attachmentId, scope),
    'attachment_not_found',
  ],
  [
    'saveAttachment over one that is there',
    (store, { attachmentId }, scope) => store.saveAttachment(file({ id: attachmentId }), scope),
    'unique_violation',
  ],
  [
    'saveAttachment into a thread',
    (store, { threadId }, scope) => store.saveAttachment(file({ thread_id: threadId }), scope),
    'thread_not_found',
  ],
  [
    'deleteItem',
    (store, { threadId, itemId }, scope) => store.deleteItem(threadId, itemId, scope),
    undefined,
  ],
  ['deleteThread', (store, { threadId }, scope) => store.deleteThread(threadId, scope), undefined],
  [
    'deleteAttachment',
    (store, { attachmentId }, scope) => store.deleteAttachment(attachmentId, scope),
    undefined,
  ],
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
      ['threads', 'items', 'attachments', 'feedback']
        .map((table) => `select xmin::text, row_to_json(t)::text as row from chatkit.${table} as t`)
        .join(' union all ') + ' order by 2',
    )
  const open = async (scope: Scope): Promise<Ids> => {
    const thread = newThread()
    const item = message(thread.id, 'mine')
    const attachment = file()
    await store.createThread(thread, [item], scope)
    await store.saveAttachment(attachment, scope)
    await store.saveFeedback({ threadId: thread.id, itemIds: [item.id], kind: 'positive' }, scope)
    return { threadId: thread.id, itemId: item.id, attachmentId: attachment.id }
  }

  it.each(CALLS)('%s finds nothing of another and leaves every row as it is', async (_, call, answer) => {
    for (const mine of scopes) {
      const ids = await open(mine)
      const before = await everything()
      for (const theirs of scopes.filter((scope) => scope !== mine)) {
        const result: unknown = await call(store, ids, theirs).catch(codeOf)
        expect(result).toEqual(answer)
      }
      expect(await everything()).toEqual(before)
    }
  })

  it.each(CALLS.filter(([, , answer]) => answer !== undefined))(
    '%s finds what is one’s own',
    async (_, call, answer) => {
      for (const mine of scopes) {
        const ids = await open(mine)
        const later = newThread({ id: generateId('thr'), created_at: '2027-01-01T00:00:00.000Z' })
        await store.createThread(later, [], mine)
        const result: unknown = await call(store, ids, mine).catch(codeOf)
        expect(result).not.toEqual(answer)
      }
    },
  )

  it.each(CALLS.filter(([, , answer]) => answer === undefined))(
    '%s deletes what is one’s own',
    async (_, call) => {
      for (const mine of scopes) {
        const ids = await open(mine)
        const before = await everything()
        await call(store, ids, mine)
        expect((await everything()).length).toBeLessThan(before.length)
      }
    },
  )
})

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : error
