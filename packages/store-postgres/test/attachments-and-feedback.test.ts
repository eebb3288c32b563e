import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createThread, file, message, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

let database: FreshDatabase
let store: PostgresStore
beforeAll(async () => {
  database = await freshDatabase()
  store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
})
afterAll(() => store.close().then(database.drop))

const feedbackOn = (threadId: string): Promise<unknown[]> =>
  query(
    database.url,
    `select item_id, owner_id, kind from chatkit.feedback where thread_id = '${threadId}' order by item_id`,
  )

it('keeps one feedback a person and item, of which the later one stands', async () => {
  const scope = scopeOf()
  const { id: threadId } = newThread()
  const one = { ...message(threadId, 'one'), id: 'msg_1' }
  const two = { ...message(threadId, 'two'), id: 'msg_2' }
  await createThread(store, newThread({ id: threadId }), [one, two], scope)
  await store.saveFeedback({ threadId, itemIds: [one.id, two.id, one.id], kind: 'positive' }, scope)
  await store.saveFeedback({ threadId, itemIds: [two.id], kind: 'negative' }, scope)
  expect(await feedbackOn(threadId)).toEqual([
    { item_id: one.id, owner_id: scope.owner, kind: 'positive' },
    { item_id: two.id, owner_id: scope.owner, kind: 'negative' },
  ])
})

it('keeps none of a feedback that names an item that is not there', async () => {
  const scope = scopeOf()
  const { id: threadId } = newThread()
  const item = message(threadId, 'one')
  await createThread(store, newThread({ id: threadId }), [item], scope)
  await expect(
    store.saveFeedback({ threadId, itemIds: [item.id, 'msg_no'], kind: 'positive' }, scope),
  ).rejects.toMatchObject({ code: 'item_not_found', message: expect.stringContaining('msg_no') })
  expect(await feedbackOn(threadId)).toEqual([])
})

it('keeps no feedback without its item', async () => {
  const scope = scopeOf()
  const { id: threadId } = newThread()
  const [one, two] = [message(threadId, 'one'), message(threadId, 'two')]
  await createThread(store, newThread({ id: threadId }), [one, two], scope)
  await store.saveFeedback({ threadId, itemIds: [one.id, two.id], kind: 'positive' }, scope)
  await store.deleteItem(threadId, one.id, scope)
  expect(await feedbackOn(threadId)).toHaveLength(1)
  await store.deleteThread(threadId, scope)
  expect(await feedbackOn(threadId)).toEqual([])
})

it('leaves no attachment of a thread behind that is deleted while it is attached', async () => {
  const scope = scopeOf()
  const left = `select a.id from chatkit.attachments a left join chatkit.threads t on t.id = a.thread_id
    where a.thread_id is not null and t.id is null`
  for (let round = 0; round < 10; round++) {
    const thread = newThread()
    const attachment = file({ thread_id: thread.id })
    await createThread(store, thread, [], scope)
    const [saved] = await Promise.all([
      store.saveAttachment(attachment, scope).then(() => 'saved', codeOf),
      store.deleteThread(thread.id, scope),
    ])
    expect(['saved', 'thread_not_found']).toContain(saved)
    await expect(store.loadAttachment(attachment.id, scope)).rejects.toMatchObject({
      code: 'attachment_not_found',
    })
  }
  expect(await query(database.url, left)).toEqual([])
})

it('refuses an attachment whose words PostgreSQL cannot store', async () => {
  const scope = scopeOf()
  const attachment = file({ name: 'cut\0off' })
  await expect(store.saveAttachment(attachment, scope)).rejects.toMatchObject({
    code: 'invalid_text',
    message: expect.stringContaining(attachment.id),
  })
  await expect(store.loadAttachment(attachment.id, scope)).rejects.toMatchObject({
    code: 'attachment_not_found',
  })
})

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : error
