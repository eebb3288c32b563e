import { PostgresStore, StoreError } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createThread, file, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'
import { version1 } from './version-1.ts'

describe('migrate', () => {
  let database: FreshDatabase
  const opened: PostgresStore[] = []
  const open = (schema?: string): PostgresStore => {
    const store = new PostgresStore({ connectionString: database.url, ...(schema && { schema }) })
    opened.push(store)
    return store
  }
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()))
    await database.drop()
  })

  it('can be called by twenty at once on an empty database', async () => {
    const stores = Array.from({ length: 20 }, () => open('crowd'))
    await Promise.all(stores.map((store) => store.migrate()))
    const rows = await query(database.url, 'select version from crowd.migrations order by version')
    expect(rows).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }])
    await Promise.all(stores.map((store) => store.close()))
  })

  it('does nothing the second time', async () => {
    const catalog = `select oid::int, xmin::text from pg_class order by oid`
    const store = open()
    await store.migrate()
    const before = await query(database.url, catalog)
    const applied = await query(database.url, 'select xmin::text, * from chatkit.migrations')
    await store.migrate()
    expect(await query(database.url, catalog)).toEqual(before)
    expect(await query(database.url, 'select xmin::text, * from chatkit.migrations')).toEqual(applied)
  })

  it('keeps two schemas of one database apart', async () => {
    const [one, two] = [open('one'), open('user')]
    await Promise.all([one.migrate(), two.migrate()])
    const scope = scopeOf()
    const thread = newThread()
    await createThread(one, thread, [], scope)
    await expect(two.loadThread(thread.id, scope)).rejects.toMatchObject({ code: 'thread_not_found' })
  })

  it('brings a database of version 1 up to date, with what is in it', async () => {
    const old = await freshDatabase()
    await query(old.url, ...version1)
    const store = new PostgresStore({ connectionString: old.url })
    const ada = scopeOf('ada')
    await store.migrate()
    expect(await store.loadThread('thr_1', ada)).toMatchObject({ id: 'thr_1', title: 'Servos' })
    expect(await store.loadItem('thr_1', 'msg_1', ada)).toMatchObject({ content: [{ text: 'Hello' }] })
    const attachment = file({ thread_id: 'thr_1' })
    await store.saveAttachment(attachment, ada)
    expect(await store.loadAttachment(attachment.id, ada)).toEqual(attachment)
    await store.saveFeedback({ threadId: 'thr_1', itemIds: ['msg_1'], kind: 'positive' }, ada)
    await store.close()
    await old.drop()
  })

  it('works for a role that may not make schemas, in one that is there for it', async () => {
    await query(
      database.url,
      'create role tenant_app login',
      'create schema prepared authorization tenant_app',
    )
    const url = new URL(database.url)
    url.username = 'tenant_app'
    const store = new PostgresStore({ connectionString: url.href, schema: 'prepared' })
    try {
      await store.migrate()
      await store.migrate()
      await expect(store.listThreads({ limit: 1, order: 'asc' }, scopeOf())).resolves.toEqual({
        data: [],
        has_more: false,
      })
    } finally {
      await store.close()
      await query(database.url, 'drop owned by tenant_app cascade', 'drop role tenant_app')
    }
  })

  it('refuses a database that a newer version has migrated, and says both versions', async () => {
    const store = open('newer')
    await store.migrate()
    await query(database.url, 'insert into newer.migrations (version) values (7)')
    const failure: unknown = await store.migrate().catch((error: unknown) => error)
    expect(StoreError.isInstance(failure)).toBe(true)
    expect(failure).toMatchObject({
      code: 'schema_too_new',
      message: expect.stringMatching(/version 7.*versions up to 3/),
    })
  })

  it('is what the store asks for when its tables are missing', async () => {
    await expect(open('missing').loadThread('thr_1', scopeOf())).rejects.toMatchObject({
      code: 'not_migrated',
      message: expect.stringContaining('migrate()'),
    })
  })

  it.each(['Chat', 'a-b', '1st', '', 'a"; drop schema public; --', 'x'.repeat(64)])(
    'is never reached with the schema name %j',
    (schema) => {
      expect(() => new PostgresStore({ connectionString: database.url, schema })).toThrow(TypeError)
    },
  )
})
