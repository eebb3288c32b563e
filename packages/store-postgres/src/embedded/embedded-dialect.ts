import {
  CompiledQuery,
  PGliteAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type TransactionSettings,
} from 'kysely'
import type { WorkerConnection } from './worker-connection.ts'

/**
 * Kysely on the one connection of an embedded database. Kysely's own dialect for PGlite wants its `transaction`
 * method and waits for ever when a transaction cannot begin; here `begin` and `commit` are statements.
 */
export function embeddedDialect(connection: WorkerConnection): Dialect {
  return {
    // It says that there is one connection, so Kysely lets one query or transaction in at a time.
    createAdapter: () => new PGliteAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => createDriver(connection),
  }
}

function createDriver(embedded: WorkerConnection): Driver {
  return {
    init: async () => {},
    acquireConnection: async () => embedded,
    releaseConnection: async () => {},
    beginTransaction: (connection, settings) => run(connection, beginWith(settings)),
    commitTransaction: async (connection) => {
      // After a failed statement `commit` rolls back and reports success. Any other statement fails.
      await run(connection, 'select 1')
      await run(connection, 'commit')
    },
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    destroy: () => embedded.close(),
  }
}

async function run(connection: DatabaseConnection, sql: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(sql))
}

function beginWith({ isolationLevel, accessMode }: TransactionSettings): string {
  const isolation = isolationLevel ? ` isolation level ${isolationLevel}` : ''
  return `begin${isolation}${accessMode ? ` ${accessMode}` : ''}`
}
