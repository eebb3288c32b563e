import { clampMs } from './clamp-ms.ts'

/** How soon it looks again once the lease is over: answers that are begun meanwhile have a lease of their own. */
const AGAIN_MS = 50

export interface LeaseWatchOptions {
  /** Until when no other process takes the runs of this one for abandoned, on the clock of `performance.now()`. */
  heldUntilMs: () => number
  /** They may be taken from now on: told again and again, until that changes. */
  onLapse: () => void
}

/**
 * Tells a process that it cannot prove any more that its runs are its own: by its own clock, since the database that
 * would tell it is what it does not reach.
 */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: LeaseWatchOptions) {
    this.#options = options
  }

  /** Does nothing where it watches already, and where nobody can take the runs. */
  start(): void {
    if (this.#timer === undefined) this.#watch()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #watch(): void {
    const leftMs = this.#options.heldUntilMs() - performance.now()
    if (leftMs === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(
      () => {
        if (this.#options.heldUntilMs() <= performance.now()) this.#options.onLapse()
        this.#watch()
      },
      clampMs(leftMs > 0 ? Math.ceil(leftMs) : AGAIN_MS),
    )
  }
}
