import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { tablesOf, type Tables } from '../schema.ts'

export const HELP = `store-postgres COMMAND [--database-url URL] [--schema NAME]

Commands
  migrate   make the schema's tables, or bring them up to date; safe beside running servers and beside itself
  status    the schema's version, the steps that are pending, and how much is in the tables
  prune     delete what has expired, in batches

Options
  --database-url URL   postgres://… Default: the environment's DATABASE_URL, which other users cannot list
  --schema NAME        Default: chatkit
  --help

Exit codes
  0  done; for status: the schema is up to date
  1  failed: the database cannot be reached, or it refused
  2  the command line is wrong
  3  status only: the schema is not at the version of this package`

export const COMMANDS = ['migrate', 'status', 'prune'] as const

export interface Command {
  name: (typeof COMMANDS)[number]
  connectionString: string
  /** Where the database is, for people: without user and password. */
  place: string
  tables: Tables
}

/** What is wrong with a command line, in words that never hold the connection string. */
export class UsageError extends Error {}

/** Gives undefined where help was asked for. Throws a `UsageError`. */
export function parseCommand(args: string[], env: NodeJS.ProcessEnv): Command | undefined {
  const { values, positionals } = parsed(args)
  if (values.help) return undefined
  const [given = '', ...more] = positionals
  const name = COMMANDS.find((known) => known === given)
  if (!name || more.length > 0) {
    // Not repeated: it may be the database's URL.
    const fault =
      given === ''
        ? 'no command was given'
        : name
          ? 'more than a command was given'
          : 'there is no such command'
    throw new UsageError(`${fault}; it must be ${COMMANDS.join(', ')}, or --help`)
  }
  // An empty variable counts as unset.
  const connectionString = values['database-url'] || env.DATABASE_URL
  if (!connectionString)
    throw new UsageError('where is the database? Give --database-url, or set DATABASE_URL')
  return {
    name,
    connectionString,
    place: placeOf(connectionString),
    tables: tablesIn(values.schema || 'chatkit'),
  }
}

function parsed(args: string[]) {
  const options = {
    'database-url': { type: 'string' },
    schema: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    return parseArgs({ args, allowPositionals: true, options })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function placeOf(connectionString: string): string {
  const wrong = 'the database URL cannot be read; it looks like postgres://user:password@host:5432/database'
  if (!/^postgres(ql)?:\/\//.test(connectionString)) throw new UsageError(wrong)
  try {
    // As the driver reads it, with what it takes from the environment. Nothing is connected.
    const { host, port, database } = new Client({ connectionString })
    return `${host}:${port}/${database ?? ''}`
  } catch {
    throw new UsageError(wrong)
  }
}

function tablesIn(schema: string): Tables {
  try {
    return tablesOf(schema)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
