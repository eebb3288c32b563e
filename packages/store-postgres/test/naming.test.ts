import { PostgresStore } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createThread, message, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'
import { namingProxy } from './naming-proxy.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  const store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
  await store.close()
})
afterAll(() => database.drop())

describe('statements', () => {
  it.each([
    { way: 'a connection of their own are prepared under a name', asPooler: false },
    { way: 'a pooler, which would lose names, have none', asPooler: true },
  ])('over $way', async ({ asPooler }) => {
    const proxy = await namingProxy(database.url, { asPooler })
    const store = new PostgresStore({ connectionString: proxy.url })
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store, thread, [], scope)
    // More often than PostgreSQL plans a prepared statement anew.
    for (let i = 0; i < 10; i++) await store.saveItem(thread.id, message(thread.id, `item ${i}`), scope)
    const { data } = await store.listItems(thread.id, { limit: 100, order: 'asc', include: 'all' }, scope)
    expect(data).toHaveLength(10)
    expect(proxy.sawNames()).toBe(!asPooler)
    await store.close()
    proxy.close()
  })
})
