import { PostgresStore } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'

const connectionString = process.env.DATABASE_URL ?? ''
const pool = new Pool({
  connectionString,
  max: 5,
  // How long a call waits for a free connection. Without it: for ever.
  connectionTimeoutMillis: 5_000,
})
// The server ends a connection that nobody uses: the pool has dropped it.
pool.on('error', (error) => console.error(`A connection has failed: ${error.message}`))
// It ends one that is in use, between two statements of a transaction: the next of them rejects.
pool.on('connect', (client) => client.on('error', () => {}))

const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
const store = new PostgresStore({ db, listenConnectionString: connectionString })
await store.migrate()
const page = await store.listThreads({ limit: 20, order: 'desc' }, { owner: 'ada', context: {} })
console.log(`Ada has ${page.data.length} conversations`)

// In this order: the store gives its lease back, and whoever made the pool ends it.
await store.close()
await db.destroy()
