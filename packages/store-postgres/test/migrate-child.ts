// Run by a test as a process of its own, which may be killed while it migrates: as often at once as is asked for.
import { PostgresStore } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'

const [connectionString, times = '1'] = process.argv.slice(2)
if (!connectionString) throw new Error('usage: migrate-child.ts URL [TIMES]')
// It waits for its connections for as long as a busy machine takes.
const pool = new Pool({ connectionString, max: Number(times) })
const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
const stores = Array.from({ length: Number(times) }, () => new PostgresStore({ db }))
await Promise.all(stores.map((store) => store.migrate()))
await Promise.all(stores.map((store) => store.close()))
await db.destroy()
