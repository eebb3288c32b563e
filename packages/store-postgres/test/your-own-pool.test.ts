import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PostgresStore } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { expect, it } from 'vitest'
import { scopeOf } from './conversation.ts'
import { freshDatabase, query } from './fresh-database.ts'

const home = join(import.meta.dirname, '..')

it('is documented by an example that runs', { timeout: 60_000 }, async () => {
  const path = join(home, 'examples/your-own-pool.ts')
  const page = await readFile(join(home, '../../docs/store-postgres.md'), 'utf8')
  expect(page).toContain(await readFile(path, 'utf8'))
  const database = await freshDatabase()
  const env = { ...process.env, DATABASE_URL: database.url }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [path], { env })
  expect([stdout, stderr]).toEqual(['Ada has 0 conversations\n', ''])
  await database.drop()
})

it('lives on with its listeners when the server ends its sessions, also inside of a transaction', async () => {
  const database = await freshDatabase()
  const pool = new Pool({ connectionString: database.url, connectionTimeoutMillis: 5_000 })
  const failed: string[] = []
  const idle = Promise.withResolvers<void>()
  const busy = Promise.withResolvers<void>()
  pool.on('error', () => idle.resolve())
  pool.on('connect', (client) =>
    client.on('error', (error) => {
      failed.push(error.message)
      if (failed.length === 2) busy.resolve()
    }),
  )
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const store = new PostgresStore({ db })
  await store.migrate()
  const others = 'pid <> pg_backend_pid() and datname = current_database()'
  const cut = db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    // One connection is in the transaction, another one idle.
    await store.listThreads({ limit: 1, order: 'asc' }, scopeOf())
    await query(database.url, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${others}`)
    await Promise.all([idle.promise, busy.promise])
    await sql`select 1`.execute(trx)
  })
  await expect(cut).rejects.toThrow(/terminat|not queryable|connection/i)
  await expect(store.listThreads({ limit: 1, order: 'asc' }, scopeOf())).resolves.toMatchObject({ data: [] })
  await store.close()
  await pool.end()
  await database.drop()
})
