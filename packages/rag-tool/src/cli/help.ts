import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'

const COMMON = `Options of all commands
  --database-url URL   postgres://…  Default: the environment's DATABASE_URL, which other users cannot list
  --data-dir FOLDER    an embedded database, where there is no URL; made when it is missing. Default: ./.rag
  --schema NAME        the schema of the tables. Default: rag
  --collection NAME    documents that are searched together. Default: default
  --language TAG       of documents that name none. Default: en
  --embedder NAME      makes vectors: openai, openai:MODEL, openai:MODEL@DIMENSIONS or local. Default: none
  --json               results as JSON
  --help`

const EXIT_CODES = `Exit codes
  0    done
  1    failed: the database cannot be reached, or it refused
  2    the command line is wrong
  3    done, but some documents could not be taken; each is named
  130  interrupted; what was done until then stays`

export function generalHelp(): string {
  const rows = Object.values(COMMANDS).map(({ usage, summary }) => [usage, summary] as const)
  const width = Math.max(...rows.map(([usage]) => usage.length)) + 3
  const list = rows.map(([usage, summary]) => `  ${usage.padEnd(width)}${summary}`)
  return ['rag-tool COMMAND', `Commands\n${list.join('\n')}`, COMMON, EXIT_CODES].join('\n\n')
}

export function helpOf({ usage, summary, help }: Command): string {
  const own = help.length > 0 ? [`Options\n${help.map((line) => `  ${line}`).join('\n')}`] : []
  return [`rag-tool ${usage}\n  ${summary}`, ...own, COMMON, EXIT_CODES].join('\n\n')
}
