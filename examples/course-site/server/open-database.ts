import { join } from 'node:path'
import { openEmbedded, StoreError } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { ConfigError, type Config } from './config.ts'

export interface Database {
  // Each package brings tables of its own: no single type knows them all.
  db: Kysely<unknown>
  close: () => Promise<void>
}

/** PostgreSQL where `DATABASE_URL` is set, else an embedded database in the data folder. */
export async function openDatabase(config: Config): Promise<Database> {
  if (config.databaseUrl === undefined) {
    return openEmbedded(join(config.dataDir, 'database')).catch((error: unknown) => {
      if (StoreError.isInstance(error) && error.code === 'folder_in_use') {
        throw new ConfigError(`${error.message} (DATA_DIR)`, { cause: error })
      }
      throw error
    })
  }
  const pool = new Pool({ connectionString: config.databaseUrl, connectionTimeoutMillis: 5_000 })
  // An idle connection that fails would end the process; the next query opens a new one.
  pool.on('error', () => {})
  // One in use fails its query and says so besides.
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    await pool.query('select 1')
  } catch (cause) {
    await pool.end()
    throw new ConfigError(`The database of DATABASE_URL cannot be reached: ${reasonOf(cause)}`, { cause })
  }
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return { db, close: () => db.destroy() }
}

// Where a name has several addresses, the error of all of them has no message of its own.
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
