import type { Database } from '../database.ts'
import { StoreError } from '../errors.ts'
import type { Tables } from '../schema.ts'
import { run, statement } from '../statement.ts'
import { steps } from './steps.ts'

type Transaction = Pick<Database, 'executeQuery'>

/** Takes a schema to the version that this package knows; see `PostgresStore.migrate`. */
export async function migrate(db: Database, tables: Tables): Promise<void> {
  let more = true
  while (more) more = await db.transaction().execute((trx) => takeStep(trx, tables))
}

/** Whether a step was taken: each has a transaction of its own, in which the lock is held. */
async function takeStep(trx: Transaction, tables: Tables): Promise<boolean> {
  await run(
    trx,
    statement(`select pg_advisory_xact_lock(hashtext('@robolearn/store-postgres'), hashtext($1))`, [
      tables.schema,
    ]),
  )
  const version = await versionOf(trx, tables)
  if (version > steps.length) {
    throw new StoreError(
      'schema_too_new',
      `Schema ${tables.schema} is at version ${version}, but this version of @robolearn/store-postgres knows versions up to ${steps.length}. Update the package, or use another schema.`,
    )
  }
  const step = steps[version]
  if (!step) return false
  if (version === 0) await makeSchema(trx, tables)
  for (const sql of step(tables)) await run(trx, statement(sql))
  await run(trx, statement(`insert into ${tables.migrations} (version) values ($1::int)`, [version + 1]))
  return true
}

interface Answer {
  answer: string | null
}

/** The version that a schema is at; 0 where nothing is there yet. */
export async function versionOf(trx: Transaction, tables: Tables): Promise<number> {
  const [table] = await run(
    trx,
    statement<Answer>('select to_regclass($1)::text as answer', [tables.migrations]),
  )
  if (!table?.answer) return 0
  const [row] = await run(
    trx,
    statement<Answer>(`select max(version)::text as answer from ${tables.migrations}`),
  )
  return Number(row?.answer ?? 0)
}

async function makeSchema(trx: Transaction, tables: Tables): Promise<void> {
  const [schema] = await run(
    trx,
    statement<Answer>('select to_regnamespace($1)::text as answer', [tables.schema]),
  )
  // `if not exists` would ask for the right to make schemas even where this one is there.
  if (!schema?.answer) await run(trx, statement(`create schema ${tables.schema}`))
  await run(
    trx,
    statement(`create table if not exists ${tables.migrations} (
      version int primary key,
      applied_at timestamptz not null default now()
    )`),
  )
}
