import { ChatKitError } from '../errors.ts'

interface ActiveRun {
  abort: AbortController
  finished: Promise<void>
}

/** The answers that are under way in this process, for a shutdown that loses none of them. */
export class ActiveRuns {
  readonly #runs = new Set<ActiveRun>()
  #closing = false

  /** Refuses new runs once a shutdown has begun. */
  assertOpen(): void {
    if (this.#closing) {
      throw new ChatKitError(
        'unavailable',
        'The server is shutting down. Send the message again in a moment.',
      )
    }
  }

  add(run: ActiveRun): void {
    this.#runs.add(run)
    void run.finished.finally(() => this.#runs.delete(run))
  }

  /** Waits up to `graceMs` for the runs under way, then fires their signals and waits for what they still store. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    const all = Promise.all([...this.#runs].map((run) => run.finished))
    let timer: NodeJS.Timeout | undefined
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)))
    await Promise.race([all, grace])
    clearTimeout(timer)
    for (const run of this.#runs) run.abort.abort()
    await all
  }
}
