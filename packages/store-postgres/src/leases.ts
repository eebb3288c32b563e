import { releaseLease, releaseOtherLeases, renewLease } from './queries/leases.ts'
import type { Tables } from './schema.ts'
import type { Session } from './session.ts'
import type { Sweeper } from './sweeper.ts'

export interface LeasesOptions {
  session: Session
  tables: Tables
  sweeper: Pick<Sweeper, 'sweep'>
  /** One incarnation of this process. */
  processId: string
  leaseMs: number
  /** True where no other process can be alive: everything that is running is of one that is gone. */
  isAlone: () => boolean
}

/** How often a lease is renewed in its time. */
const RENEWALS = 3
/** How much of its time a lease is counted on here: what has to be told to stop is told before it can be taken. */
const TRUSTED_SHARE = 0.9

/**
 * Keeps the one lease of this process, to which all its runs point, and has those of others swept that lost theirs.
 * After an outage of the database everybody's lease is over: the own one is renewed first, and others are given the
 * time of a lease to do the same.
 */
export class Leases {
  readonly #options: LeasesOptions
  #started: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #tick: Promise<void> | undefined
  #renewedMs = -Infinity
  #heldUntilMs = -Infinity
  #sweeping: Promise<void> | undefined
  #sweepFromMs = 0
  #closed = false

  constructor(options: LeasesOptions) {
    this.#options = options
  }

  /**
   * Until when no other process can find the lease to be over, on the clock of `performance.now()`: counted from
   * before it was asked for, as nobody knows when the database wrote it.
   */
  get heldUntilMs(): number {
    return this.#heldUntilMs
  }

  /** Resolves when there is a lease; does nothing when there is. */
  async start(): Promise<void> {
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined
      throw error
    })
    await this.#started
    // It was cut off for long: a run under the old lease would be one for the others.
    if (this.#heldUntilMs <= performance.now()) await this.#renew()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#heldUntilMs = -Infinity
    clearTimeout(this.#timer)
    const { session, tables, processId } = this.#options
    const wasStarted = this.#started
    await Promise.allSettled([this.#started, this.#tick])
    await this.#sweeping
    // A lease that cannot be released ends by itself.
    if (wasStarted) await session.run(releaseLease(tables, processId)).catch(() => {})
  }

  async #start(): Promise<void> {
    const { session, tables, sweeper, processId, isAlone } = this.#options
    await this.#renew()
    if (isAlone()) {
      await session.run(releaseOtherLeases(tables, processId))
      await sweeper.sweep()
      this.#sweepFromMs = 0
    }
    this.#schedule()
  }

  #schedule(): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#tick = this.#renewAndSweep().then(() => this.#schedule())
    }, this.#options.leaseMs / RENEWALS)
    // Whoever has nothing else to do may end: the lease ends by itself.
    this.#timer.unref()
  }

  async #renewAndSweep(): Promise<void> {
    try {
      await this.#renew()
    } catch {
      // The database is away: the next time is soon.
      return
    }
    if (performance.now() < this.#sweepFromMs) return
    // Not waited for: it may have much to do, and the next renewal must not come late.
    this.#sweeping ??= this.#options.sweeper
      .sweep()
      .catch(() => {})
      .finally(() => (this.#sweeping = undefined))
  }

  async #renew(): Promise<void> {
    const { session, tables, processId, leaseMs } = this.#options
    const askedMs = performance.now()
    await session.run(renewLease(tables, processId, leaseMs))
    if (!this.#closed) this.#heldUntilMs = Math.max(this.#heldUntilMs, askedMs + leaseMs * TRUSTED_SHARE)
    const now = performance.now()
    if (now - this.#renewedMs > leaseMs) this.#sweepFromMs = now + leaseMs
    this.#renewedMs = now
  }
}
