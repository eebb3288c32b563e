interface Subject {
  type?: unknown
  item_id?: unknown
  item?: unknown
}

/**
 * Keeps a script from running ahead of the client that stops it: the recordings were made in lock step, so that
 * nothing comes out after the stop.
 */
export class Pacing {
  readonly #stopAfter: number
  readonly #received: Subject[] = []
  #looked = 0
  #arrival = Promise.withResolvers<void>()

  constructor(stopAfter: number) {
    this.#stopAfter = stopAfter
  }

  /** The client has received an event. Gives whether it is time to stop. */
  receive(event: Subject): boolean {
    this.#received.push(event)
    this.#arrival.resolve()
    this.#arrival = Promise.withResolvers()
    return this.#received.length === this.#stopAfter
  }

  /** Waits until the client has this event; for ever, once it is to stop. Rejects when the signal fires. */
  async until(event: Subject, signal: AbortSignal): Promise<void> {
    for (;;) {
      while (this.#looked < this.#received.length) {
        const received = this.#received[this.#looked++]
        if (received === undefined || !isAboutTheSame(received, event)) continue
        if (this.#received.length >= this.#stopAfter) await untilAborted(signal)
        return
      }
      await Promise.race([this.#arrival.promise, untilAborted(signal)])
    }
  }
}

function isAboutTheSame(a: Subject, b: Subject): boolean {
  return a.type === b.type && itemId(a) === itemId(b)
}

const itemId = ({ item, item_id }: Subject): unknown => item_id ?? (item as { id?: unknown } | undefined)?.id

/** Rejects with the signal's reason when it fires. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
