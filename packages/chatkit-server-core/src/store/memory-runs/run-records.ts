import type { RunRef, Scope } from '../scope.ts'
import type { LogEntry, RunStatus, StoreCounters, TurnOpening } from '../store.ts'

export interface RunRecord {
  ref: RunRef
  owner: string
  tenant: string | undefined
  /** Of the request that opened it, as long as it is running. */
  context: unknown
  status: RunStatus
  stopRequested: boolean
  /** Without gaps from 1; undefined once the log is kept no longer. */
  log: LogEntry[] | undefined
  logBytes: number
  /** Items that it has made or was opened with, in their order. */
  itemIds: Set<string>
  /** The visible items among them that it has made itself. */
  madeIds: Set<string>
  /** What a retry has set aside. */
  setAside: ReadonlySet<string>
  endedAtMs: number
}

export interface RunRecordsOptions {
  /** Milliseconds since any fixed moment. */
  now: () => number
  /** How long the log of an ended run is kept. */
  keepLogMs: number
  /** How many bytes the logs of ended runs may take together; the oldest go first. */
  maxLogBytes: number
}

const DAY_MS = 24 * 60 * 60 * 1_000

/** The runs of this process: which are active, what they have sent, and for how long that is remembered. */
export class RunRecords {
  readonly #options: RunRecordsOptions
  readonly #runs = new Map<string, RunRecord>()
  readonly #activeByThread = new Map<string, RunRecord>()
  readonly #watchers = new Map<string, Set<() => void>>()
  /** Ended runs that have a log, and all ended runs; both in the order in which they ended. */
  readonly #logged = new Set<RunRecord>()
  readonly #ended = new Set<RunRecord>()
  #endedLogBytes = 0
  #eventsWritten = 0
  #flushes = 0

  constructor(options: RunRecordsOptions) {
    this.#options = options
  }

  /** A run that begins with a turn. */
  begin(ref: RunRef, { run, items }: TurnOpening, setAside: ReadonlySet<string>, scope: Scope): RunRecord {
    this.#forgetOld()
    const record: RunRecord = {
      ref,
      owner: scope.owner,
      tenant: scope.tenant,
      context: scope.context,
      status: 'running',
      stopRequested: false,
      log: [...run.entries],
      logBytes: run.entries.reduce((sum, { json }) => sum + json.length, 0),
      itemIds: new Set(items.map(({ id }) => id)),
      madeIds: new Set(),
      setAside,
      endedAtMs: 0,
    }
    this.#runs.set(ref.id, record)
    this.#activeByThread.set(ref.threadId, record)
    this.#eventsWritten += run.entries.length
    return record
  }

  get(runId: string): RunRecord | undefined {
    return this.#runs.get(runId)
  }

  activeOn(threadId: string): RunRecord | undefined {
    return this.#activeByThread.get(threadId)
  }

  activeOf(scope: Scope): number {
    return [...this.#activeByThread.values()].filter((record) => isOf(record, scope)).length
  }

  append(record: RunRecord, entries: LogEntry[]): void {
    if (entries.length === 0) return
    for (const entry of entries) {
      record.log?.push(entry)
      record.logBytes += entry.json.length
    }
    this.#eventsWritten += entries.length
    this.#flushes += 1
    this.wake(record.ref.id)
  }

  end(record: RunRecord, status: Exclude<RunStatus, 'running'>): void {
    record.status = status
    record.context = undefined
    record.endedAtMs = this.#options.now()
    this.#activeByThread.delete(record.ref.threadId)
    this.#ended.add(record)
    this.#logged.add(record)
    this.#endedLogBytes += record.logBytes
    this.#forgetOld()
    this.wake(record.ref.id)
  }

  /** Takes back a `begin`: the run never was. */
  forgetRun(record: RunRecord): void {
    this.#activeByThread.delete(record.ref.threadId)
    this.#runs.delete(record.ref.id)
  }

  /** Forgets every run of a thread, the active one included. */
  forgetThread(threadId: string): void {
    for (const record of this.#runs.values()) {
      if (record.ref.threadId !== threadId) continue
      record.status = record.status === 'running' ? 'stopped' : record.status
      this.#forget(record)
      this.wake(record.ref.id)
    }
    this.#activeByThread.delete(threadId)
  }

  watch(runIds: string[], wake: () => void): () => void {
    for (const id of runIds) {
      const watchers = this.#watchers.get(id) ?? new Set()
      this.#watchers.set(id, watchers.add(wake))
    }
    return () => {
      for (const id of runIds) {
        const watchers = this.#watchers.get(id)
        watchers?.delete(wake)
        if (watchers?.size === 0) this.#watchers.delete(id)
      }
    }
  }

  wake(runId: string): void {
    for (const wake of this.#watchers.get(runId) ?? []) wake()
  }

  counters(): StoreCounters {
    return {
      activeRuns: this.#activeByThread.size,
      eventsWritten: this.#eventsWritten,
      flushes: this.#flushes,
    }
  }

  #forgetOld(): void {
    const { now, keepLogMs, maxLogBytes } = this.#options
    const time = now()
    for (const record of this.#logged) {
      if (record.endedAtMs > time - keepLogMs && this.#endedLogBytes <= maxLogBytes) break
      this.#dropLog(record)
    }
    for (const record of this.#ended) {
      if (record.endedAtMs > time - DAY_MS) break
      this.#forget(record)
    }
  }

  #dropLog(record: RunRecord): void {
    if (!this.#logged.delete(record)) return
    this.#endedLogBytes -= record.logBytes
    record.log = undefined
  }

  #forget(record: RunRecord): void {
    this.#dropLog(record)
    this.#ended.delete(record)
    this.#runs.delete(record.ref.id)
  }
}

export const isOf = (record: { owner: string; tenant: string | undefined }, scope: Scope): boolean =>
  record.owner === scope.owner && record.tenant === scope.tenant
