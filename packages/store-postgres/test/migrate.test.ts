import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PostgresStore, StoreError } from '@robolearn/store-postgres'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { steps } from '../src/migrations/steps.ts'
import { createThread, file, message, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'
import { version1 } from './version-1.ts'
import { version2 } from './version-2.ts'
import { version3 } from './version-3.ts'

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
      message: expect.stringMatching(/version 7.*versions up to 4/),
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

/** What the catalog says of a schema: columns, constraints and indexes, in words. */
const STRUCTURE = `
  select table_name || '.' || column_name || ' ' || data_type || ' ' || coalesce(collation_name, '') || ' '
    || is_nullable || ' ' || coalesce(column_default, '') as line
  from information_schema.columns where table_schema = 'chatkit'
  union all select conrelid::regclass::text || ': ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'chatkit'::regnamespace
  union all select indexdef from pg_indexes where schemaname = 'chatkit'
  union all select pg_get_triggerdef(oid) from pg_trigger
  where not tgisinternal and tgrelid in (select oid from pg_class where relnamespace = 'chatkit'::regnamespace)
  union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'chatkit'::regnamespace
  order by 1`
const VERSIONS = 'select version from chatkit.migrations order by version'
const PRESENT = steps.map((_, index) => ({ version: index + 1 }))

const IN_THREAD = { thread_id: 'thr_1', owner_id: 'ada' }
const EARLIER = [
  { version: 1, statements: version1, attachments: [], feedback: [] },
  {
    version: 2,
    statements: version2,
    attachments: [{ id: 'atc_1', name: 'notes.pdf', ...IN_THREAD }],
    feedback: [{ item_id: 'msg_1', kind: 'positive', ...IN_THREAD }],
  },
  {
    version: 3,
    statements: version3,
    attachments: [{ id: 'atc_1', name: 'notes.pdf', ...IN_THREAD }],
    feedback: [{ item_id: 'msg_1', kind: 'positive', ...IN_THREAD }],
  },
]
async function versionsIn(url: string): Promise<unknown[]> {
  const [made] = await query(url, `select to_regclass('chatkit.migrations')::text as name`)
  return (made as { name: string | null }).name === null ? [] : query(url, VERSIONS)
}

describe('a database of an earlier version', () => {
  it('is here for each of them', () => {
    expect(EARLIER.map(({ version }) => version)).toEqual(PRESENT.slice(0, -1).map(({ version }) => version))
  })

  it.each(EARLIER)('$version is brought up to date, with what is in it', async (earlier) => {
    const [old, fresh] = [await freshDatabase(), await freshDatabase()]
    await query(old.url, ...earlier.statements)
    for (const { url } of [old, fresh]) {
      await using store = new PostgresStore({ connectionString: url })
      await store.migrate()
    }
    expect(await query(old.url, VERSIONS)).toEqual(PRESENT)
    expect(await query(old.url, STRUCTURE)).toEqual(await query(fresh.url, STRUCTURE))
    {
      await using store = new PostgresStore({ connectionString: old.url })
      const ada = scopeOf('ada')
      expect(await store.loadThread('thr_1', ada)).toMatchObject({ id: 'thr_1', title: 'Servos' })
      expect(await store.loadItem('thr_1', 'msg_1', ada)).toMatchObject({ content: [{ text: 'Hello' }] })
      const attachments = `select id, data->>'name' as name, thread_id, owner_id from chatkit.attachments`
      expect(await query(old.url, attachments)).toEqual(earlier.attachments)
      const feedback = 'select item_id, kind, thread_id, owner_id from chatkit.feedback'
      expect(await query(old.url, feedback)).toEqual(earlier.feedback)
      await store.saveAttachment(file({ id: 'atc_1', thread_id: 'thr_1' }), ada)
      await store.saveItem('thr_1', message('thr_1', 'And then?'), ada)
      const items = await store.listItems('thr_1', { limit: 9, order: 'asc', include: 'all' }, ada)
      expect(items.data.map((item) => item.id)).toEqual(['msg_1', expect.stringMatching(/^msg_/)])
      await store.saveFeedback({ threadId: 'thr_1', itemIds: ['msg_1'], kind: 'negative' }, ada)
      await store.deleteThread('thr_1', ada)
      expect(await query(old.url, 'select run_id from chatkit.run_events')).toEqual([])
    }
    await Promise.all([old.drop(), fresh.drop()])
  })
})

/** A process of its own that migrates the database. */
const migrating = (url: string, times = 1): ChildProcess => {
  const script = fileURLToPath(new URL('./migrate-child.ts', import.meta.url))
  return spawn(process.execPath, [script, url, String(times)], { stdio: ['ignore', 'inherit', 'inherit'] })
}
const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', (code) => resolve(code))
  })

/** Keeps whoever wants to make this table waiting, until it is released. */
async function holdUp(url: string, table: string): Promise<{ release: () => Promise<void> }> {
  const holder = new Client(url)
  await holder.connect()
  await holder.query('begin')
  await holder.query(`create table chatkit.${table} ()`)
  return { release: () => holder.query('rollback').then(() => holder.end()) }
}
async function untilWaiting(url: string, migrations: number): Promise<void> {
  const waiting = `select pid from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(() => query(url, waiting), { timeout: 100_000 }).toHaveLength(migrations)
}

describe('processes that migrate', { timeout: 120_000 }, () => {
  let database: FreshDatabase
  beforeEach(async () => {
    database = await freshDatabase()
    await query(database.url, 'create schema chatkit')
  })
  afterEach(() => database.drop())

  it('may be four, five times each, all at once: one takes each step, and nobody fails', async () => {
    const { release } = await holdUp(database.url, 'threads')
    const exits = Array.from({ length: 4 }, () => exitOf(migrating(database.url, 5)))
    await untilWaiting(database.url, 20)
    await release()
    expect(await Promise.all(exits)).toEqual(exits.map(() => 0))
    expect(await query(database.url, VERSIONS)).toEqual(PRESENT)
  })

  it.each([
    ['threads', 0],
    ['items', 0],
    ['feedback', 1],
    ['runs', 2],
    ['states', 2],
  ])(
    'and are killed before they make %s leave version %i, and the next start finishes',
    async (table, version) => {
      const { release } = await holdUp(database.url, table)
      const child = migrating(database.url)
      await untilWaiting(database.url, 1)
      const exit = exitOf(child)
      child.kill('SIGKILL')
      await exit
      expect(await versionsIn(database.url)).toEqual(PRESENT.slice(0, version))

      await using store = new PostgresStore({ connectionString: database.url })
      const migrated = store.migrate()
      await release()
      await migrated
      expect(await query(database.url, VERSIONS)).toEqual(PRESENT)
      const scope = scopeOf()
      const thread = newThread()
      await createThread(store, thread, [message(thread.id, 'Hello')], scope)
      expect(await store.loadThread(thread.id, scope)).toEqual(thread)
    },
  )
})
