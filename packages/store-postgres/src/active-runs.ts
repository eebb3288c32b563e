import type { RunRef, StoreCounters } from '@robolearn/chatkit-server-core'

/** The runs that this process has opened and not ended, and what it has written. */
export class ActiveRuns {
  readonly #runs = new Map<string, RunRef>()
  #eventsWritten = 0
  #flushes = 0

  add(run: RunRef): void {
    this.#runs.set(run.id, run)
  }

  has(runId: string): boolean {
    return this.#runs.has(runId)
  }

  delete(runId: string): void {
    this.#runs.delete(runId)
  }

  ids(): string[] {
    return [...this.#runs.keys()]
  }

  onThread(threadId: string): string[] {
    return [...this.#runs.values()].filter((run) => run.threadId === threadId).map(({ id }) => id)
  }

  wrote(events: number): void {
    this.#eventsWritten += events
  }

  flushed(): void {
    this.#flushes += 1
  }

  counters(): StoreCounters {
    return { activeRuns: this.#runs.size, eventsWritten: this.#eventsWritten, flushes: this.#flushes }
  }
}
