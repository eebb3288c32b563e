import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { ChatKitError } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { slowToClose } from './slow-to-close.ts'
import { createThread, message, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  const store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
  await store.close()
})
afterAll(() => database.drop())

const LIST = { limit: 5, order: 'asc' } as const

describe('a database that is not there', () => {
  it('is unavailable, with the reason as the cause', async () => {
    // Port 1: none that any test gets by chance.
    const store = new PostgresStore({ connectionString: 'postgres://x@127.0.0.1:1/x' })
    for (const call of [store.migrate(), store.listThreads(LIST, scopeOf())]) {
      const failure: unknown = await call.catch((error: unknown) => error)
      expect(ChatKitError.isInstance(failure)).toBe(true)
      expect(failure).toMatchObject({
        code: 'unavailable',
        cause: { code: 'connection_lost', cause: { code: 'ECONNREFUSED' } },
      })
    }
    await store.close()
  })
})

describe('a server that ends its connections', () => {
  const others = 'pid <> pg_backend_pid() and datname = current_database()'

  it('costs nothing when they are idle: the next call works', async () => {
    const store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    await store.listThreads(LIST, scope)
    await query(database.url, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${others}`)
    // The pool hears of it in its own time; until then a call may be handed the dead connection.
    await expect
      .poll(() => store.listThreads(LIST, scope).catch((error: unknown) => error))
      .toEqual({ data: [], has_more: false })
    await store.close()
  })

  it('makes the call under way unavailable, and the one after it works', async () => {
    const store = new PostgresStore({ connectionString: database.url })
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store, thread, [], scope)
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const holder = await pool.connect()
    await holder.query('begin')
    await holder.query('select * from chatkit.threads for update')
    const waiting = store.saveItem(thread.id, message(thread.id, 'x'), scope).catch((error: unknown) => error)
    const blocked = `select pg_terminate_backend(pid) as ended from pg_stat_activity where ${others} and wait_event_type = 'Lock'`
    await expect.poll(() => query(database.url, blocked)).toEqual([{ ended: true }])
    expect(await waiting).toMatchObject({ code: 'unavailable', cause: { code: 'connection_lost' } })
    await holder.query('rollback')
    holder.release()
    await pool.end()
    await store.saveItem(thread.id, message(thread.id, 'y'), scope)
    await store.close()
  })
})

describe('a server that says goodbye long before its connection closes', () => {
  it('is not asked on that connection again', async () => {
    const proxy = await slowToClose(database.url)
    const store = new PostgresStore({ connectionString: proxy.url })
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store, thread, [], scope)
    const pool = new Pool({ connectionString: database.url, max: 1 })
    const holder = await pool.connect()
    await holder.query('begin')
    await holder.query('select * from chatkit.threads for update')
    const waiting = store.saveItem(thread.id, message(thread.id, 'x'), scope).catch((error: unknown) => error)
    const blocked = `select pg_terminate_backend(pid) as ended from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect.poll(() => query(database.url, blocked)).toEqual([{ ended: true }])
    expect(await waiting).toMatchObject({ code: 'unavailable', cause: { code: 'connection_lost' } })
    await holder.query('rollback')
    holder.release()
    await pool.end()
    // Nothing has closed yet: what went to the dead connection would wait for ever.
    await store.saveItem(thread.id, message(thread.id, 'y'), scope)
    await store.close()
    proxy.close()
  })
})

describe('a pool whose connections are all taken', () => {
  it('is unavailable after its time is up, and nothing is written', async () => {
    const pool = new Pool({ connectionString: database.url, max: 1, connectionTimeoutMillis: 30 })
    const store = new PostgresStore({ db: new Kysely({ dialect: new PostgresDialect({ pool }) }) })
    const scope = scopeOf()
    const taken = await pool.connect()
    await expect(createThread(store, newThread(), [], scope)).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'out_of_resources' },
    })
    taken.release()
    expect((await store.listThreads(LIST, scope)).data).toEqual([])
    await pool.end()
  })
})

describe('close', () => {
  it('ends the pool that the store made, and again does nothing', async () => {
    const store = new PostgresStore({ connectionString: database.url })
    await store.listThreads(LIST, scopeOf())
    await store.close()
    await store.close()
    await expect(store.listThreads(LIST, scopeOf())).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('does not wait for a connection to listen on that is just being made', async () => {
    const connecting = Promise.withResolvers<void>()
    // Takes every connection, and says nothing.
    const silent = createServer((socket) => {
      socket.resume()
      connecting.resolve()
    })
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as AddressInfo
    const store = new PostgresStore({
      connectionString: database.url,
      listenConnectionString: `postgres://x@127.0.0.1:${port}/x`,
    })
    const unwatch = store.watchRuns(['run_of_another'], () => {})
    await connecting.promise
    unwatch()
    await store.close()
    silent.close()
    await once(silent, 'close')
  })

  it('leaves a database open that was given', async () => {
    interface Schema {
      notes: { id: number }
    }
    const db = new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: new Pool({ connectionString: database.url }) }),
    })
    const store = new PostgresStore({ db })
    await store.close()
    await expect(store.listThreads(LIST, scopeOf())).resolves.toEqual({ data: [], has_more: false })
    await db.destroy()
  })
})
