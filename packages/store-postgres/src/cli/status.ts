import type { Database } from '../database.ts'
import { versionOf } from '../migrations/migrate.ts'
import { steps } from '../migrations/steps.ts'
import type { Tables } from '../schema.ts'
import { run, statement } from '../statement.ts'

/** From here on a table is not counted, which would read all of it: the planner's estimate is as good. */
const COUNTED_ROWS = 100_000

/** Prints the version, the pending steps and the size of every table. Gives the exit code. */
export async function status(db: Database, tables: Tables): Promise<number> {
  const version = await versionOf(db, tables)
  const newest = steps.length
  console.log(`schema ${tables.schema}`)
  console.log(`version ${version} of ${newest}`)
  console.log(
    version > newest
      ? 'pending none: a newer version of this package has been here'
      : `pending ${newest - version}`,
  )
  if (version > 0) for (const line of await sizes(db, tables)) console.log(line)
  return version === newest ? 0 : 3
}

async function sizes(db: Database, tables: Tables): Promise<string[]> {
  const rows = await run(
    db,
    statement<{ name: string; estimate: string }>(
      `select relname::text as name, reltuples::bigint::text as estimate from pg_class
      where relnamespace = to_regnamespace($1) and relkind = 'r' and relname <> 'migrations' order by relname`,
      [tables.schema],
    ),
  )
  const lines: string[] = []
  for (const { name, estimate } of rows) {
    if (Number(estimate) >= COUNTED_ROWS) {
      lines.push(`${name} about ${estimate}`)
      continue
    }
    const [counted] = await run(
      db,
      statement<{ rows: string }>(`select count(*)::text as rows from ${tables.schema}."${name}"`),
    )
    lines.push(`${name} ${counted?.rows}`)
  }
  return lines
}
