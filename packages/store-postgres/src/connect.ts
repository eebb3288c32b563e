import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import type { Database } from './database.ts'
import { freshPool } from './fresh-pool.ts'

/** How long a statement waits for a connection, of a full pool or of a server that does not answer. */
const CONNECT_TIMEOUT_MS = 5_000

/** A pool of its own, which `end` closes; calling it again does nothing. */
export function connect(connectionString: string): { db: Database; end: () => Promise<void> } {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  // Without a listener the failure of an idle connection ends the process. There is nothing to do about it: the
  // pool has dropped the connection, and the next statement makes another or rejects.
  pool.on('error', () => {})
  // The same for one in use: its statement rejects, and that is all there is to know.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: freshPool(pool) }) })
  return { db, end: () => db.destroy() }
}
