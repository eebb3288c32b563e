import type { RunEnding, RunRef } from '@robolearn/chatkit-server-core'
import { PostgresStore, type Database } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, createThread, entry, message, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

let database: FreshDatabase
let first: Client
let other: Client
beforeAll(async () => {
  database = await freshDatabase()
  await using store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
  first = new Client(database.url)
  other = new Client(database.url)
  await Promise.all([first.connect(), other.connect()])
  // Whoever looks for the deadlock is the one that is undone: that is to be the store.
  await other.query(`set deadlock_timeout = '1min'`)
})
afterAll(async () => {
  await Promise.all([first.end(), other.end()])
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

async function untilWaiting(sessions: number): Promise<void> {
  const waiting = `select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(() => query(database.url, waiting), { timeout: 20_000 }).toHaveLength(sessions)
}

/**
 * Has the store, which locks a thread first and then its run, wait for somebody who waits for it. In this order: it
 * waits for the first one, the other one waits for it, and then only the other one is in its way.
 */
async function inDeadlock<T>({ id, threadId }: RunRef, act: () => Promise<T>): Promise<T> {
  for (const client of [first, other]) {
    await client.query('begin')
    await client.query('select 1 from chatkit.runs where id = $1 for share', [id])
  }
  const acting = act()
  await untilWaiting(1)
  const locking = other.query('select 1 from chatkit.threads where id = $1 for update', [threadId])
  await untilWaiting(2)
  await first.query('commit')
  await locking
  await other.query('commit')
  return acting
}

describe('what the database undoes', { timeout: 60_000 }, () => {
  const watchful = '-c deadlock_timeout=10ms'

  it('is stored all the same, where it was a statement that met another in a deadlock', async () => {
    const { store, undone, close } = watched(watchful)
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    const item = message(run.threadId, 'answer')
    const ending: RunEnding = { status: 'completed', items: [item], entries: [entry(1)] }
    expect(await inDeadlock(run, () => store.closeRun(run, ending))).toBe(true)
    expect(undone).toEqual(['40P01'])
    expect(await store.readEvents(run.id, 0, scope)).toMatchObject({
      status: 'completed',
      entries: [entry(1)],
    })
    expect(await store.loadItem(run.threadId, item.id, scope)).toEqual(item)
    await close()
  })

  it('is done again from its beginning, where it was a transaction that met another in a deadlock', async () => {
    const { store, undone, close } = watched(watchful)
    await using executing = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const run = await begin(executing, scope, { newThread: newThread() })
    const ending: RunEnding = { status: 'interrupted', items: [], entries: [] }
    expect(await inDeadlock(run, () => store.closeRun(run, ending))).toBe(true)
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
    await untilWaiting(1)
    await other.query('commit')
    await saved
    expect(undone).toEqual(['40001'])
    expect(await store.loadThread(thread.id, scope)).toMatchObject({ title: 'Servos' })
    expect(await store.loadItem(thread.id, item.id, scope)).toEqual(item)
    await close()
  })
})
