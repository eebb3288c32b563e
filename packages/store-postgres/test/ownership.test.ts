import { generateId, type Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, createThread, entry, file, message, newThread, turn } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

interface Ids {
  threadId: string
  itemId: string
  attachmentId: string
  runId: string
  /** Of the request that opened the run, and of a state. */
  key: string
}
type Call = (store: PostgresStore, ids: Ids, scope: Scope) => Promise<unknown>
const PAGE = { limit: 10, order: 'asc' } as const

/** Every method that takes an id, with the answer for someone else's. */
const CALLS: [string, Call, unknown][] = [
  [
    'openTurn',
    async (store, { threadId }, scope) => {
      const result = await store.openTurn(turn({ thread: threadId, items: [message(threadId, 'x')] }), scope)
      return result.outcome === 'refused' ? result.code : result
    },
    'thread_not_found',
  ],
  [
    'openTurn with an attachment',
    async (store, { attachmentId }, scope) => {
      const opening = turn({ newThread: newThread(), attachmentIds: [attachmentId] })
      const result = await store.openTurn(opening, scope)
      return result.outcome === 'refused' ? result.code : result
    },
    'attachment_not_found',
  ],
  ['readEvents', (store, { runId }, scope) => store.readEvents(runId, 0, scope), 'thread_not_found'],
  [
    'activeRun',
    async (store, { threadId }, scope) => (await store.activeRun(threadId, scope)) ?? 'nothing',
    'nothing',
  ],
  [
    'requestStop by the run',
    async (store, { runId }, scope) => (await store.requestStop({ runId }, scope)) ?? 'nothing',
    'nothing',
  ],
  [
    'requestStop by the thread',
    async (store, { threadId }, scope) => (await store.requestStop({ threadId }, scope)) ?? 'nothing',
    'nothing',
  ],
  [
    'requestStop by the key',
    async (store, { key }, scope) => (await store.requestStop({ key }, scope)) ?? 'nothing',
    'nothing',
  ],
  [
    'claimState',
    async (store, { key }, scope) => (await store.claimState(key, scope)) ?? 'nothing',
    'nothing',
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
      ['threads', 'items', 'attachments', 'feedback', 'runs', 'run_events', 'idempotency_keys', 'states']
        .map((table) => `select xmin::text, row_to_json(t)::text as row from chatkit.${table} as t`)
        .join(' union all ') + ' order by 2',
    )
  const open = async (scope: Scope): Promise<Ids> => {
    const thread = newThread()
    const item = message(thread.id, 'mine')
    const attachment = file()
    const key = generateId('run')
    const entries = [entry(1)]
    const run = { id: generateId('run'), entries }
    await begin(store, scope, { newThread: thread, items: [item], run, key: { key, bodyHash: 'hash' } })
    await store.saveState(key, 'value', 600_000, scope)
    await store.saveAttachment(attachment, scope)
    await store.saveFeedback({ threadId: thread.id, itemIds: [item.id], kind: 'positive' }, scope)
    return { threadId: thread.id, itemId: item.id, attachmentId: attachment.id, runId: run.id, key }
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
        await createThread(store, later, [], mine)
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
