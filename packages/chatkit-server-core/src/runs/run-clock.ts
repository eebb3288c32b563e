import { clampMs } from './clamp-ms.ts'
import type { RunLimits } from './run-limits.ts'

/** Watches over an answer that gives nothing for too long, or never ends. */
export class RunClock {
  readonly #idleMs: number
  readonly #onLimit: (limit: 'idle' | 'time') => void
  readonly #whole: ReturnType<typeof setTimeout>
  #idle: ReturnType<typeof setTimeout> | undefined
  #lastTickMs = performance.now()
  #paused = false

  constructor(
    { idleMs, maxRunMs }: Pick<RunLimits, 'idleMs' | 'maxRunMs'>,
    onLimit: (limit: 'idle' | 'time') => void,
  ) {
    this.#idleMs = clampMs(idleMs)
    this.#onLimit = onLimit
    this.#whole = setTimeout(() => onLimit('time'), clampMs(maxRunMs))
    this.#watch(this.#idleMs)
  }

  /** `respond()` is asked for more now. Gives the time. */
  tick(): number {
    this.#lastTickMs = performance.now()
    this.#paused = false
    return this.#lastTickMs
  }

  /** It is not asked, because what it gave is not stored yet: the time does not count. */
  pause(): void {
    this.#paused = true
  }

  stop(): void {
    clearTimeout(this.#whole)
    clearTimeout(this.#idle)
  }

  // One timer that looks when it fires, instead of one that is set anew with every event.
  #watch(ms: number): void {
    this.#idle = setTimeout(() => {
      const left = this.#paused ? this.#idleMs : this.#lastTickMs + this.#idleMs - performance.now()
      if (left > 0) this.#watch(Math.ceil(left))
      else this.#onLimit('idle')
    }, ms)
  }
}
