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
  #sweepFromMs = 0
  #closed = false

  constructor(options: LeasesOptions) {
    this.#options = options
  }

  /** Resolves when there is a lease; does nothing when there is. */
  start(): Promise<void> {
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    const { session, tables, processId } = this.#options
    const wasStarted = this.#started
    await Promise.allSettled([this.#started, this.#tick])
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
      if (performance.now() >= this.#sweepFromMs) await this.#options.sweeper.sweep()
    } catch {
      // The database is away: the next time is soon.
    }
  }

  async #renew(): Promise<void> {
    const { session, tables, processId, leaseMs } = this.#options
    await session.run(renewLease(tables, processId, leaseMs))
    const now = performance.now()
    if (now - this.#renewedMs > leaseMs) this.#sweepFromMs = now + leaseMs
    this.#renewedMs = now
  }
}
