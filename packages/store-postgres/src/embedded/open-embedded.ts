import { resolve } from 'node:path'
import { Kysely } from 'kysely'
import { markEmbedded } from './embedded-databases.ts'
import { embeddedDialect } from './embedded-dialect.ts'
import type { EmbeddedExtension } from './messages.ts'
import { WorkerConnection } from './worker-connection.ts'

export interface OpenEmbeddedOptions {
  /**
   * Extensions that `create extension` may then name. `vector` needs the package
   * `@electric-sql/pglite-pgvector`. Default none.
   */
  extensions?: EmbeddedExtension[]
}

export interface EmbeddedDatabase<DB = unknown> {
  /** For any number of users, each in a schema of its own. End it with `close()`, not with `db.destroy()`. */
  db: Kysely<DB>
  /** Waits for what was sent, closes the database, unlocks its folder and ends the thread. */
  close: () => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * Opens a PostgreSQL that lives in this process (PGlite, in a worker thread) with its files in `folder`, which is
 * made when it is missing. Without a folder, or with `memory://`, nothing outlives `close()`. Needs the package
 * `@electric-sql/pglite`.
 *
 * What was committed is there again after the process was killed. The folder is locked while it is open; the lock
 * ends with the process. Rejects with a `StoreError`: `folder_in_use`, `package_missing`.
 *
 * There is one connection: inside `db.transaction()` use the transaction only, as a query on `db` itself would
 * wait for the transaction, which waits for it. Results are copied between threads: bytes come as `Uint8Array`.
 */
export async function openEmbedded<DB = unknown>(
  folder?: string,
  options: OpenEmbeddedOptions = {},
): Promise<EmbeddedDatabase<DB>> {
  const connection = await WorkerConnection.open({
    folder: folder === undefined || folder === 'memory://' ? undefined : resolve(folder),
    extensions: options.extensions ?? [],
  })
  const db = new Kysely<DB>({ dialect: embeddedDialect(connection) })
  markEmbedded(db)
  const close = (): Promise<void> => connection.close()
  return { db, close, [Symbol.asyncDispose]: close }
}
