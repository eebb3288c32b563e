import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import { UsageError } from './command.ts'

export interface OpenedDatabase {
  db: Kysely<unknown>
  close: () => Promise<void>
}

/** A server by its URL, or an embedded database: in a folder that no other process has open, or in memory. */
export function openDatabase(
  where: { url: string } | { folder: string } | 'memory',
): Promise<OpenedDatabase> {
  if (where === 'memory') return openMemory()
  return 'url' in where ? openServer(where.url) : openFolder(where.folder)
}

const CONNECT_TIMEOUT_MS = 5_000

async function openServer(connectionString: string): Promise<OpenedDatabase> {
  if (!/^postgres(ql)?:\/\//.test(connectionString))
    throw new UsageError(
      'the database URL cannot be read; it looks like postgres://user:password@host:5432/database',
    )
  const { Pool } = await fromPackage('pg', () => import('pg'))
  const pool = new Pool({ connectionString, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  // Without a listener the failure of an idle connection ends the process. The next statement tells of it.
  pool.on('error', () => {})
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return { db, close: () => db.destroy() }
}

async function openMemory(): Promise<OpenedDatabase> {
  const { PGlite } = await fromPackage('@electric-sql/pglite', () => import('@electric-sql/pglite'))
  const pglite = await PGlite.create({ extensions: await loadExtensions() })
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) })
  return { db, close: () => db.destroy() }
}

async function loadExtensions() {
  const vectors = await import('@electric-sql/pglite-pgvector').catch(() => undefined)
  return vectors ? { vector: vectors.vector } : {}
}

async function openFolder(folder: string): Promise<OpenedDatabase> {
  const { PGlite } = await fromPackage('@electric-sql/pglite', () => import('@electric-sql/pglite'))
  const extensions = await loadExtensions()
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lock(folder)
  try {
    const dataDir = join(folder, 'postgres')
    if (!existsSync(dataDir)) {
      // Made under another name first: a process killed halfway leaves nothing that looks like a database.
      const unfinished = join(folder, 'postgres.new')
      rmSync(unfinished, { recursive: true, force: true })
      await (await PGlite.create({ dataDir: unfinished })).close()
      renameSync(unfinished, dataDir)
    }
    const pglite = await PGlite.create({ dataDir, extensions })
    const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite }) })
    return { db, close: () => db.destroy().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}

/**
 * Two that have a folder open destroy the database in it. The lock is that of an empty SQLite database, as
 * `@robolearn/store-postgres` locks its folders: the operating system holds it, so it ends with the process.
 */
function lock(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'lock'))
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    throw new Error(
      `The database in "${folder}" is open already: close the other one, or use another folder.`,
      {
        cause: error,
      },
    )
  }
  return () => database.close()
}

async function fromPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new Error(`The package "${name}" is not installed. Run: npm install ${name}`, { cause: error })
  }
}
