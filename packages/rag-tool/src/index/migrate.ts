import { sql } from 'kysely'
import { RagError } from '../errors.ts'
import type { KnowledgeDatabase, Tables } from './database.ts'
import { MIGRATIONS } from './migrations.ts'

// Any number that no one else is likely to use for an advisory lock.
export const MIGRATION_LOCK = 7_244_083_191

/** Brings the tables up to date, in one transaction; of several processes at once, the others wait and find it done. */
export async function migrate(db: KnowledgeDatabase, tables: Tables): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx)
    const found = await sql<{ found: boolean }>`
      select exists (select from pg_namespace where nspname = ${tables.schema}) as found`.execute(trx)
    // Asked for only where it is missing: `if not exists` needs the right to create schemas even when it exists.
    if (!found.rows[0]?.found) await sql`create schema ${sql.id(tables.schema)}`.execute(trx)
    await sql`create table if not exists ${tables.migration} (
      number integer primary key,
      applied_at timestamptz not null default now()
    )`.execute(trx)
    const { rows } = await sql<{ applied: number }>`
      select coalesce(max(number), 0) as applied from ${tables.migration}`.execute(trx)
    const applied = rows[0]?.applied ?? 0
    if (applied > MIGRATIONS.length)
      throw new RagError(
        'newer_database',
        `Schema "${tables.schema}" is at migration ${applied}, and this version of @robolearn/rag-tool knows ` +
          `${MIGRATIONS.length}: update the package, or use another schema.`,
      )
    for (const [index, statements] of MIGRATIONS.entries()) {
      if (index < applied) continue
      for (const statement of statements(tables)) await statement.execute(trx)
      await sql`insert into ${tables.migration} (number) values (${index + 1})`.execute(trx)
    }
  })
}
