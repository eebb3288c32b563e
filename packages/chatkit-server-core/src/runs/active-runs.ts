import type { RunRef } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import { LeaseWatch } from './lease-watch.ts'
import type { RunExecution } from './run-execution.ts'
import type { RunHub } from './run-hub.ts'

export interface ActiveRun {
  ref: RunRef
  /** Of its thread and owner, made by `lineOf`. */
  lineKey: string
  /** Of the request that opened it, made by `keyOf`. */
  key: string | undefined
  hub: RunHub
  execution: RunExecution
  /** When everything of it is stored; never rejects. */
  finished: Promise<void>
}

export interface ActiveRunsOptions {
  store: Pick<Store, 'heldUntilMs'>
  onError: (error: unknown, ids: { runId: string; threadId: string }) => void
}

/** How often the store is asked, in times of silence, whether a run is still this process's, and wanted. */
const POLL_MS = 500

/**
 * The runs that this process executes. As long as there is one, they are looked after: a stop that another process
 * asks for reaches one that says nothing, and all end before the lease does under which they were opened.
 */
export class ActiveRuns {
  readonly #options: ActiveRunsOptions
  readonly #runs = new Map<string, ActiveRun>()
  readonly #lease: LeaseWatch
  #poll: ReturnType<typeof setInterval> | undefined

  constructor(options: ActiveRunsOptions) {
    this.#options = options
    this.#lease = new LeaseWatch({
      heldUntilMs: () => options.store.heldUntilMs(),
      onLapse: () => {
        for (const { execution } of this.all()) execution.interrupt('lapsed')
      },
    })
  }

  get size(): number {
    return this.#runs.size
  }

  all(): Iterable<ActiveRun> {
    return this.#runs.values()
  }

  get(runId: string): ActiveRun | undefined {
    return this.#runs.get(runId)
  }

  onThread(lineKey: string): ActiveRun | undefined {
    return this.#find((run) => run.lineKey === lineKey)
  }

  ofKey(key: string): ActiveRun | undefined {
    return this.#find((run) => run.key === key)
  }

  add(run: ActiveRun): void {
    this.#runs.set(run.ref.id, run)
    this.#poll ??= setInterval(() => this.#checkIn(), POLL_MS)
    this.#lease.start()
  }

  delete(runId: string): void {
    this.#runs.delete(runId)
    if (this.#runs.size > 0) return
    clearInterval(this.#poll)
    this.#poll = undefined
    this.#lease.stop()
  }

  #find(isIt: (run: ActiveRun) => boolean): ActiveRun | undefined {
    // The newest: one that was ended by somebody else may not have noticed yet.
    return [...this.#runs.values()].findLast(isIt)
  }

  #checkIn(): void {
    for (const { execution, ref } of this.#runs.values()) {
      execution
        .checkIn()
        .catch((error: unknown) => this.#options.onError(error, { runId: ref.id, threadId: ref.threadId }))
    }
  }
}
