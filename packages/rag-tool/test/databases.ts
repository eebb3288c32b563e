import { randomBytes } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { Kysely, PGliteDialect, PostgresDialect, sql, type Dialect } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, inject } from 'vitest'

export interface TestDatabase {
  db: () => Kysely<unknown>
  /** A name that no other test uses; the schema is dropped at the end. */
  newSchema: () => string
}

interface Opener {
  name: string
  dialect: () => Dialect
}

const server = (connectionString: string): Dialect =>
  new PostgresDialect({ pool: new Pool({ connectionString, max: 8 }) })

/** Runs the same tests on an embedded PGlite and on a real server, each opened once. */
export function onEachDatabase(tests: (database: TestDatabase) => void): void {
  onEach(
    [
      { name: 'PGlite', dialect: () => new PGliteDialect({ pglite: new PGlite() }) },
      { name: 'PostgreSQL', dialect: () => server(inject('databaseUrl')) },
    ],
    tests,
  )
}

/** The same with pgvector. No server that comes with npm has it: where none is installed, a line says so. */
export function onEachVectorDatabase(tests: (database: TestDatabase) => void): void {
  const url = inject('databaseUrlVector')
  if (url === undefined) console.log('no PostgreSQL with pgvector here: vectors are tested on PGlite only')
  onEach(
    [
      {
        name: 'PGlite',
        dialect: () => new PGliteDialect({ pglite: new PGlite({ extensions: { vector } }) }),
      },
      ...(url === undefined ? [] : [{ name: 'PostgreSQL', dialect: () => server(url) }]),
    ],
    tests,
  )
}

function onEach(openers: Opener[], tests: (database: TestDatabase) => void): void {
  describe.each(openers)('on $name', ({ dialect }) => {
    let opened: Kysely<unknown> | undefined
    const schemas: string[] = []
    const db = (): Kysely<unknown> => {
      if (!opened) throw new Error('the database is opened before the first test')
      return opened
    }
    beforeAll(async () => {
      opened = new Kysely<unknown>({ dialect: dialect() })
      await sql`select 1`.execute(opened)
    }, 60_000)
    afterAll(async () => {
      for (const schema of schemas) await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db())
      await opened?.destroy()
    })
    tests({
      db,
      newSchema: () => {
        const schema = `rag_${randomBytes(6).toString('hex')}`
        schemas.push(schema)
        return schema
      },
    })
  })
}
