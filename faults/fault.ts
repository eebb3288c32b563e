import type { TestPostgres } from '../test/start-postgres.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { NodeSettings } from './cluster/node-settings.ts'
import type { Random } from './random.ts'

/** One way to break servers, tried over and over. */
export interface Fault {
  /** What is done, in a line. */
  about: string
  play: (stage: Stage) => Promise<void>
}

export interface Round {
  random: Random
  /** A name that nothing else in the database has. */
  owner: string
}

export interface StagedCluster {
  cluster: Cluster
  /** Of the database, past everything that stands before it. */
  databaseUrl: string
}

/** Where a fault is played: it gives clusters, counts what held, and tells what did not. */
export interface Stage {
  readonly count: number
  readonly postgres: TestPostgres
  /** Leases and limits as they come, instead of short ones. */
  readonly useDefaults: boolean
  /** Nodes on a new database. `nodes` says how each differs, given the URL of the database. */
  cluster: (options: {
    settings?: Partial<NodeSettings>
    nodes?: (databaseUrl: string) => Promise<Partial<NodeSettings>[]> | Partial<NodeSettings>[]
  }) => Promise<StagedCluster>
  /** Plays that many rounds, some at once. A round gives the promises that it saw broken. */
  rounds: (
    play: (round: Round) => Promise<string[]>,
    options?: { atOnce?: number; label?: string },
  ) => Promise<void>
  /** Ends the nodes and looks at what they left behind. Called once for each cluster, at its end. */
  finish: (cluster: Cluster, beforeLooking?: () => Promise<void>) => Promise<void>
  /** Says something that is neither held nor broken. */
  say: (line: string) => void
}
