import { randomBytes } from 'node:crypto'
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { sql } from 'kysely'
import { openKnowledgeBase, type KnowledgeBase } from '../knowledge-base.ts'
import { chooseEmbedder } from './choose-embedder.ts'
import { UsageError, type Call, type Command, type Surroundings } from './command.ts'
import { COMMANDS } from './commands.ts'
import { generalHelp, helpOf } from './help.ts'
import { openDatabase } from './open-database.ts'
import { printable } from './printable.ts'
import { toMessage } from './to-message.ts'

const COMMON_OPTIONS = {
  'database-url': { type: 'string' },
  'data-dir': { type: 'string' },
  schema: { type: 'string' },
  collection: { type: 'string' },
  language: { type: 'string' },
  embedder: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig

/** Runs one command and gives the exit code; see `generalHelp`. */
export async function runCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr } = surroundings
  const interrupted = new AbortController()
  const interrupt = (): void => interrupted.abort()
  process.once('SIGINT', interrupt)
  const closers: (() => Promise<void>)[] = []
  try {
    const [name = '', ...rest] = args
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command) {
      if (name !== '--help' && name !== '-h') throw new UsageError(noSuchCommand(name))
      stdout.write(`${generalHelp()}\n`)
      return 0
    }
    const { values, positionals } = parse(command, rest)
    if (values.help) {
      stdout.write(`${helpOf(command)}\n`)
      return 0
    }
    if (positionals.length !== command.positionals) throw new UsageError(`usage: rag-tool ${command.usage}`)
    const call: Call = {
      ...surroundings,
      values,
      positionals,
      json: values.json === true,
      signal: interrupted.signal,
      openKnowledge: () => openKnowledge(values, surroundings.env, closers, false),
      openScratch: () => openKnowledge(values, surroundings.env, closers, true),
    }
    return await command.run(call)
  } catch (error) {
    if (interrupted.signal.aborted) return 130
    stderr.write(`rag-tool: ${printable(toMessage(error))}\n`)
    return error instanceof UsageError ? 2 : 1
  } finally {
    process.off('SIGINT', interrupt)
    for (const close of closers.toReversed()) await close()
  }
}

async function openKnowledge(
  values: Call['values'],
  env: Surroundings['env'],
  closers: (() => Promise<void>)[],
  scratch: boolean,
): Promise<KnowledgeBase> {
  const text = (name: keyof typeof COMMON_OPTIONS): string | undefined => {
    const value = values[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  // An empty variable counts as unset.
  const url = text('database-url') ?? (env.DATABASE_URL || undefined)
  const chosen = text('embedder')
  const embedder = chosen === undefined ? undefined : chooseEmbedder(chosen)
  const database = await openDatabase(
    url ? { url } : scratch ? 'memory' : { folder: text('data-dir') ?? './.rag' },
  )
  closers.push(database.close)
  const schema = scratch ? `rag_scratch_${randomBytes(6).toString('hex')}` : text('schema')
  if (scratch)
    closers.push(async () => {
      await sql`drop schema if exists ${sql.id(schema ?? '')} cascade`.execute(database.db)
    })
  const [collection, language] = [text('collection'), text('language')]
  const knowledge = await openKnowledgeBase({
    db: database.db,
    ...(schema !== undefined && { schema }),
    ...(collection !== undefined && { collection }),
    ...(language !== undefined && { language }),
    ...(embedder && { embedder }),
  })
  closers.push(() => knowledge.close())
  return knowledge
}

function parse(command: Command, args: string[]): Pick<Call, 'values' | 'positionals'> {
  const options = { ...COMMON_OPTIONS, ...command.options }
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    return { values, positionals }
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

// What was given is not repeated: it may be the database's URL.
function noSuchCommand(name: string): string {
  const fault = name === '' ? 'no command was given' : 'there is no such command'
  return `${fault}; it must be ${Object.keys(COMMANDS).join(', ')}, or --help`
}
