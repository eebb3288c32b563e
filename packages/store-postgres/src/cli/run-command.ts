import { ChatKitError } from '@robolearn/chatkit-server-core'
import { connect } from '../connect.ts'
import type { Database } from '../database.ts'
import { StoreError, toStoreFailure } from '../errors.ts'
import { migrate, versionOf } from '../migrations/migrate.ts'
import { steps } from '../migrations/steps.ts'
import { prune } from '../queries/prune.ts'
import type { Tables } from '../schema.ts'
import { run } from '../statement.ts'
import { HELP, parseCommand, UsageError, type Command } from './parse-command.ts'
import { status } from './status.ts'

/** Runs one command and gives the exit code; see `HELP`. Results go to standard output, failures to the other. */
export async function runCommand(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  let command: Command | undefined
  try {
    command = parseCommand(args, env)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`store-postgres: ${error.message}`)
    return 2
  }
  if (!command) {
    console.log(HELP)
    return 0
  }
  const { db, end } = connect(command.connectionString)
  try {
    return await WORK[command.name](db, command.tables)
  } catch (error) {
    console.error(`store-postgres: ${command.place}: ${reasonOf(error)}`)
    return 1
  } finally {
    await end()
  }
}

const WORK = {
  migrate: async (db, tables) => {
    const before = await versionOf(db, tables)
    await migrate(db, tables)
    const at = `schema ${tables.schema} is at version ${steps.length}`
    console.log(before === steps.length ? `${at} already` : `${at}, was at ${before}`)
    return 0
  },
  status,
  prune: async (db, tables) => {
    const { logs, runs, idempotencyKeys, states } = await prune((statement) => run(db, statement), tables)
    console.log(`deleted the logs of ${logs} runs`)
    console.log(`deleted ${runs} ended runs`)
    console.log(`deleted ${idempotencyKeys} idempotency keys`)
    console.log(`deleted ${states} states`)
    return 0
  },
} satisfies Record<Command['name'], (db: Database, tables: Tables) => Promise<number>>

function reasonOf(error: unknown): string {
  const failure = toStoreFailure(error)
  const storeError = ChatKitError.isInstance(failure) ? failure.cause : failure
  if (!StoreError.isInstance(storeError)) return failure.message
  const { message, sqlState = '', cause } = storeError
  const told = cause instanceof Error ? cause : undefined
  // Who may connect, and to which database: PostgreSQL names both and repeats nothing that is stored.
  if (/^(28|3D)/.test(sqlState) && told) return `${told.message} (SQLSTATE ${sqlState})`
  const code = told && 'code' in told ? ` (${String(told.code)})` : ''
  return sqlState === '' ? `${message}${code}` : message
}
