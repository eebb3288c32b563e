import { ChatKitError } from '../errors.ts'
import type { RunRef, Scope } from '../store/scope.ts'
import type { OpenedTurn, Store, TurnOpening } from '../store/store.ts'
import type { ActiveRuns } from './active-runs.ts'
import { BusyQueue } from './busy-queue.ts'
import { refusal } from './refusal.ts'
import { keyOf, lineOf } from './run-keys.ts'
import type { RunLimits } from './run-limits.ts'
import type { RunReader } from './run-reader.ts'

/** What a message to a thread does that is being answered: takes over, waits its turn, or is refused. */
export type BusyPolicy = 'interrupt' | 'wait' | 'reject'

/** A turn that may begin, or one that has begun before under the same key. */
export type LetIn = Exclude<OpenedTurn, { outcome: 'refused' }>

export interface TurnOpenerOptions<TContext> {
  store: Pick<Store<TContext>, 'openTurn' | 'requestStop' | 'endAbandoned'>
  onBusy: BusyPolicy
  limits: Pick<RunLimits, 'busyWaitMs' | 'busyWaiting'>
  active: Pick<ActiveRuns, 'get' | 'ofKey'>
  /** Follows a run that another process executes, from behind everything that it has said. */
  followEnd: (runId: string, scope: Scope<TContext>) => Pick<RunReader, 'next' | 'leave'>
}

/** How often a claim that was lost to somebody else is tried again. */
const CLAIM_ATTEMPTS = 4
/** How often those look who wait for another process. */
const POLL_MS = 500

/**
 * Decides who may open a turn on a thread that is being answered, and when. No turn begins before the one before it
 * has ended, here or elsewhere: who cannot have that is refused.
 */
export class TurnOpener<TContext> {
  readonly #options: TurnOpenerOptions<TContext>
  readonly #queue = new BusyQueue()
  #isClosed = false

  constructor(options: TurnOpenerOptions<TContext>) {
    this.#options = options
  }

  /** Messages that wait for their thread. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Rejects with a `ChatKitError`; then nothing was written. */
  async open(opening: TurnOpening, scope: Scope<TContext>): Promise<LetIn> {
    const { limits, active } = this.#options
    const { kind } = opening.step
    // Only who sends a message has moved on. Who answers what an answer has asked for or shown has not, and presses
    // the same button twice: what the first press has begun is not to be stopped by the second.
    const onBusy = kind === 'message' || kind === 'retry' ? this.#options.onBusy : 'wait'
    const threadId = opening.thread ?? ''
    const lineKey = lineOf(threadId, scope)
    const key = opening.key && keyOf(opening.key.key, scope)
    const busy = (runId?: string): ChatKitError => refusal('run_active', threadId, { runId })
    const inLine = (): Promise<LetIn> =>
      this.#queue.wait(
        lineKey,
        { most: limits.busyWaiting, forMs: limits.busyWaitMs, pollMs: POLL_MS, busy, withdrawn, key },
        async () => {
          const result = await this.#attempt(opening, scope)
          return result.outcome === 'refused' ? undefined : result
        },
      )
    // The request of the active run, sent again, wants nothing that it would have to wait for.
    const isKnown = key !== undefined && active.ofKey(key) !== undefined
    if (onBusy === 'wait' && this.#queue.isWaiting(lineKey) && !isKnown) return inLine()
    for (let tries = 1; ; tries++) {
      const result = await this.#attempt(opening, scope)
      if (result.outcome !== 'refused') return result
      if (onBusy === 'wait') return inLine()
      if (onBusy === 'reject' || tries === CLAIM_ATTEMPTS) throw busy(result.runId)
      const hasEnded = await this.#interrupt({ id: result.runId ?? '', threadId }, scope)
      if (!hasEnded) throw busy(result.runId)
    }
  }

  /** Takes a message back that waits. False where none of the key does. */
  withdraw(key: string, scope: Scope<TContext>): Promise<boolean> {
    return this.#queue.withdraw(keyOf(key, scope))
  }

  /** The thread may be free. */
  wake(lineKey: string): void {
    this.#queue.wake(lineKey)
  }

  /** Lets nobody in any more: who waits is refused. */
  close(): void {
    this.#isClosed = true
    this.#queue.wakeAll()
  }

  /** Gives a refusal only where another run is in the way. */
  async #attempt(opening: TurnOpening, scope: Scope<TContext>): Promise<OpenedTurn> {
    this.#checkOpen()
    const result = await this.#options.store.openTurn(opening, scope)
    if (result.outcome !== 'refused' || result.code === 'run_active') return result
    throw refusal(result.code, opening.thread ?? '')
  }

  /** Stops the older answer, which keeps its words. Gives whether it has ended. */
  async #interrupt(run: RunRef, scope: Scope<TContext>): Promise<boolean> {
    const { store, active } = this.#options
    const mine = active.get(run.id)
    if (mine) {
      mine.execution.interrupt('stop')
      await mine.finished
      return true
    }
    await store.requestStop({ runId: run.id }, scope)
    return this.#untilEnded(run, scope)
  }

  /**
   * Another process has the run: it is told to stop, and ends it itself as long as it lives. It is ended from here only
   * when that process has lost its lease, for then it has told its model to stop: until then its model may be at work.
   */
  async #untilEnded(run: RunRef, scope: Scope<TContext>): Promise<boolean> {
    const { store, limits, followEnd } = this.#options
    const deadlineMs = performance.now() + limits.busyWaitMs
    const following = followEnd(run.id, scope)
    const ended = following.next().then((): true => true)
    try {
      for (;;) {
        if (await within(ended, Math.min(POLL_MS, deadlineMs - performance.now()))) return true
        this.#checkOpen()
        if (await store.endAbandoned(run)) return true
        if (performance.now() >= deadlineMs) return false
      }
    } finally {
      following.leave()
      // What it rejects with was told above, or is of no interest any more.
      ended.catch(() => {})
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closing()
  }
}

const withdrawn = (): ChatKitError => new ChatKitError('run_active', { key: 'message_withdrawn' })

/** A turn that comes too late. */
export const closing = (): ChatKitError => new ChatKitError('unavailable', { key: 'shutting_down' })

/** Whether it happens in time. */
async function within(event: Promise<true>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([event, late])
  } finally {
    clearTimeout(timer)
  }
}
