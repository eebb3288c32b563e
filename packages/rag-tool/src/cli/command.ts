import type { ParseArgsOptionsConfig } from 'node:util'
import type { KnowledgeBase } from '../knowledge-base.ts'

/** Where a command writes: results to `stdout`, everything else to `stderr`. */
export interface Output {
  write: (text: string) => unknown
  /** Set on a terminal. */
  isTTY?: boolean
  columns?: number
}

export interface Surroundings {
  env: Record<string, string | undefined>
  stdout: Output
  stderr: Output
}

/** What a command is given to do its work with. */
export interface Call extends Surroundings {
  positionals: string[]
  values: Record<string, string | boolean | (string | boolean)[] | undefined>
  /** Results as JSON, one line each. */
  json: boolean
  /** Ends with Ctrl-C. */
  signal: AbortSignal
  /** Opens the database and the collection that the common options name; both are closed when the command is over. */
  openKnowledge: () => Promise<KnowledgeBase>
  /** The same in a schema that is made for this call and dropped at its end; without a server, in memory. */
  openScratch: () => Promise<KnowledgeBase>
}

export interface Command {
  /** `ingest FOLDER`. */
  usage: string
  summary: string
  /** Its own options, besides the common ones. */
  options: ParseArgsOptionsConfig
  /** A line of help for each of them. */
  help: string[]
  /** How many positional arguments it takes. */
  positionals: number
  /** Gives the exit code; see `HELP`. */
  run: (call: Call) => Promise<number>
}

/** What is wrong with a command line. */
export class UsageError extends Error {}
