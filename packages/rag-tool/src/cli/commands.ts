import type { Command } from './command.ts'
import { evalCommand } from './eval-command.ts'
import { ingestCommand } from './ingest-command.ts'
import { pruneCommand } from './prune-command.ts'
import { searchCommand } from './search-command.ts'
import { statsCommand } from './stats-command.ts'

/** Every command by its name, in the order of the help. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  ingest: ingestCommand,
  prune: pruneCommand,
  search: searchCommand,
  stats: statsCommand,
  eval: evalCommand,
}
