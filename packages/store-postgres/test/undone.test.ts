import { PostgresStore, type Database } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, createThread, entry, message, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

let database: FreshDatabase
let other: Client
beforeAll(async () => {
  database = await freshDatabase()
  await using store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
  other = new Client(database.url)
  await other.connect()
  // Whoever looks for the deadlock is the one that is undone: that is to be the store.
  await other.query(`set deadlock_timeout = '1min'`)
})
afterAll(async () => {
  await other.end()
  await database.drop()
})

/** A store that tells which statements the database undid. */
function watched(settings: string): { store: PostgresStore; undone: unknown[]; close: () => Promise<void> } {
  const undone: unknown[] = []
  const note = (error: unknown): never => {
    undone.push((error as { code?: unknown }).code)
    throw error
  }
  const pool = new Pool({ connectionString: database.url, options: settings })
  const real = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const db: Database = {
    executeQuery: (toRun) => real.executeQuery<never>(toRun).catch(note),
    transaction: () => ({ execute: (work) => real.transaction().execute(work).catch(note) }),
  }
  const store = new PostgresStore({ db })
  return { store, undone, close: () => store.close().then(() => pool.end()) }
}

async function untilWaiting(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(() => query(database.url, waiting), { timeout: 20_000 }).toHaveLength(1)
}

const lockRun = (id: string): Promise<unknown> =>
  other.query('select 1 from chatkit.runs where id = $1 for update', [id])

const lockThread = (id: string): Promise<unknown> =>
  other.query('select 1 from chatkit.threads where id = $1 for update', [id])

// The store locks the thread first and then the run; here it is the other way round.
describe('what the database undoes', { timeout: 60_000 }, () => {
  const patient = '-c deadlock_timeout=3s'

  it('is stored all the same, where it was a statement that met another in a deadlock', async () => {
    const { store, undone, close } = watched(patient)
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    const item = message(run.threadId, 'answer')
    await other.query('begin')
    await lockRun(run.id)
    const appended = store.appendItemEvent(run, [entry(1)], { save: item })
    await untilWaiting()
    await lockThread(run.threadId)
    await other.query('commit')
    expect(await appended).toEqual({ accepted: true, stopRequested: false })
    expect(undone).toEqual(['40P01'])
    expect((await store.readEvents(run.id, 0, scope))?.entries).toEqual([entry(1)])
    expect(await store.loadItem(run.threadId, item.id, scope)).toEqual(item)
    await close()
  })

  it('is done again from its beginning, where it was a transaction that met another in a deadlock', async () => {
    const { store, undone, close } = watched(patient)
    await using executing = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const run = await begin(executing, scope, { newThread: newThread() })
    await other.query('begin')
    await lockRun(run.id)
    const ended = store.closeRun(run, { status: 'interrupted', items: [], entries: [] })
    await untilWaiting()
    await lockThread(run.threadId)
    await other.query('commit')
    expect(await ended).toBe(true)
    expect(undone).toEqual(['40P01'])
    expect(await store.readEvents(run.id, 0, scope)).toMatchObject({ status: 'interrupted' })
    await close()
  })

  it('is stored all the same, where a stricter isolation than the usual one is set', async () => {
    const { store, undone, close } = watched('-c default_transaction_isolation=serializable')
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store, thread, [], scope)
    await other.query('begin')
    await other.query(`update chatkit.threads set title = 'Servos' where id = $1`, [thread.id])
    const item = message(thread.id, 'kept')
    const saved = store.saveItem(thread.id, item, scope)
    await untilWaiting()
    await other.query('commit')
    await saved
    expect(undone).toEqual(['40001'])
    expect(await store.loadThread(thread.id, scope)).toMatchObject({ title: 'Servos' })
    expect(await store.loadItem(thread.id, item.id, scope)).toEqual(item)
    await close()
  })
})
