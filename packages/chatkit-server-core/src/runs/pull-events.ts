import type { ThreadStreamEvent } from '../protocol/events.ts'

/** Why an answer is over although `respond()` has not ended. */
export type Interruption =
  | 'stop'
  | 'shutdown'
  | 'deleted'
  | 'fenced'
  | 'lapsed'
  | 'idle'
  | 'time'
  | 'output'
  | { failed: unknown }

export type Pulled =
  | { kind: 'event'; event: ThreadStreamEvent }
  | { kind: 'end' }
  | { kind: 'interrupted'; by: Interruption }

/** How long an answer that was interrupted may take to end by itself. */
const SETTLE_MS = 1_000

/**
 * Takes events from `respond()`, one at a time, until it ends or is interrupted. An interruption does not wait for
 * the event that is under way: the generator may ignore its signal.
 */
export class EventPuller {
  readonly #respond: () => AsyncIterable<ThreadStreamEvent>
  #iterator: AsyncIterator<ThreadStreamEvent> | undefined
  readonly #abort: AbortController
  #interruption: Interruption | undefined
  #settle: ((pulled: Pulled) => void) | undefined
  #underWay: Promise<unknown> | undefined
  #ending: Promise<void> | undefined

  constructor(respond: () => AsyncIterable<ThreadStreamEvent>, abort: AbortController) {
    this.#respond = respond
    this.#abort = abort
  }

  get interruption(): Interruption | undefined {
    return this.#interruption
  }

  /** Fires the signal and ends the pull under way. The first interruption counts: gives whether it is such a one. */
  interrupt(by: Interruption): boolean {
    if (this.#interruption !== undefined) return this.#interruption === by
    this.#interruption = by
    // The signal first: a generator that is only closed waits for its pending step.
    this.#abort.abort(new DOMException('The answer is not wanted any more.', 'AbortError'))
    this.#settle?.({ kind: 'interrupted', by })
    // At once: who pulls may be waiting for a store that gives no reply.
    void this.#end()
    return true
  }

  /** What comes before the first event: waited for in the same way. Undefined where it was interrupted. */
  async first<T>(work: () => Promise<T>): Promise<{ value: T } | undefined> {
    const interrupted = new Promise<Pulled>((resolve) => {
      this.#settle = resolve
    })
    if (this.#interruption !== undefined) return undefined
    const step = work()
    this.#underWay = step
    const won = await Promise.race([step.then((value) => ({ value })), interrupted])
    return 'value' in won ? won : undefined
  }

  /** The next event. Rejects with what `respond()` throws. */
  next(): Promise<Pulled> {
    return new Promise((resolve, reject) => {
      if (this.#interruption !== undefined) {
        resolve({ kind: 'interrupted', by: this.#interruption })
        return
      }
      this.#settle = resolve
      // Here, so that what `respond()` throws before it gives a stream rejects like everything else.
      this.#iterator ??= this.#respond()[Symbol.asyncIterator]()
      const step = this.#iterator.next()
      this.#underWay = step
      step.then(
        ({ done, value }) => resolve(done ? { kind: 'end' } : { kind: 'event', event: value }),
        reject,
      )
    })
  }

  /**
   * Closes the generator and waits a second at most for it to end, so that the next answer on the thread does not
   * overlap with a tool of this one. What it still gives is dropped.
   */
  async close(): Promise<void> {
    const closing = Promise.allSettled([this.#underWay, this.#end()])
    let timer: ReturnType<typeof setTimeout> | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SETTLE_MS)
    })
    await Promise.race([closing, patience])
    clearTimeout(timer)
  }

  /** What the generator throws at its end is of no interest: nothing that it gives is taken any more. */
  #end(): Promise<void> {
    const end = async (): Promise<void> => void (await this.#iterator?.return?.())
    this.#ending ??= end().catch(() => {})
    return this.#ending
  }
}
