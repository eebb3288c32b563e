import { join } from 'node:path'
import { openEmbedded } from '@robolearn/store-postgres'
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
  if (config.databaseUrl === undefined) return openEmbedded(join(config.dataDir, 'database'))
  const pool = new Pool({ connectionString: config.databaseUrl, connectionTimeoutMillis: 5_000 })
  // An idle connection that fails would end the process; the next query opens a new one.
  pool.on('error', () => {})
  try {
    await pool.query('select 1')
  } catch (cause) {
    await pool.end()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigError(`The database of DATABASE_URL cannot be reached: ${reason}`, { cause })
  }
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return { db, close: () => db.destroy() }
}
