import { randomBytes } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, inject } from 'vitest'

export interface TestDatabase {
  db: () => Kysely<unknown>
  /** A name that no other test uses; the schema is dropped at the end. */
  newSchema: () => string
}

/** Runs the same tests on an embedded PGlite and on a real server, each opened once. */
export function onEachDatabase(tests: (database: TestDatabase) => void): void {
  describe.each([
    { name: 'PGlite', dialect: () => new PGliteDialect({ pglite: new PGlite() }) },
    {
      name: 'PostgreSQL',
      dialect: () =>
        new PostgresDialect({ pool: new Pool({ connectionString: inject('databaseUrl'), max: 8 }) }),
    },
  ])('on $name', ({ dialect }) => {
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
