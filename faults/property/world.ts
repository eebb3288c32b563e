import type { GenerateId, RunRef, Store } from '@robolearn/chatkit-server-core'
import type { ScriptedServer } from './scripted-server.ts'
import type { Stage, Person } from './stage.ts'

/** Where a write of a server is lost: on its way to the database, or its answer on the way back. */
export type CutAt = 'before' | 'after'

/** Servers on one store, and what can happen to them. */
export interface World {
  readonly stage: Stage
  /** Whose threads these are: one person a world, since worlds share a database. */
  readonly ada: Person
  readonly servers: readonly ScriptedServer[]
  /** For looking: it executes nothing. */
  readonly store: Pick<Store<Person>, 'readEvents' | 'activeRun' | 'listItems'>
  /** Ids of runs that are gone, and of which events are left. */
  leftovers: () => Promise<string[]>
  /** What can happen to processes; undefined where all is one process. */
  readonly mortal: Mortal | undefined
  close: () => Promise<void>
}

export interface Mortal {
  /** From now on nothing of this server reaches the database. */
  kill: (node: number) => void
  /** The next statement that fits is the last thing of this server that reaches the database, or does not. */
  killAt: (node: number, cutAt: CutAt, fits: (sql: string, values: string) => boolean) => Promise<void>
  /** The lease of a killed server runs out; others end its runs. */
  takeOver: (node: number, runs: readonly RunRef[]) => Promise<void>
  /** The server is paused beyond its lease, others end its runs, and then it goes on. */
  outlive: (node: number, runs: readonly RunRef[]) => Promise<void>
  restart: (node: number) => Promise<void>
}

/** Ids that say of what kind they are and in which order they were made: the same in every repetition. */
export function countedIds(prefix: string): GenerateId {
  let count = 0
  return (kind) => `${kind}_${prefix}_${++count}`
}

/** A clock that stands still: order never comes from a time. */
export const clock = (): Date => new Date('2026-03-01T10:00:00.000Z')
