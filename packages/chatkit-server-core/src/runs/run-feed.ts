import type { ThreadStreamEvent } from '../protocol/events.ts'
import { eventForClient } from '../protocol/serialize.ts'

/** One event of a run with its number, which counts from 1 without gaps. */
export interface FeedEntry {
  seq: number
  event: ThreadStreamEvent
}

/**
 * What a run has sent so far, and those who follow it. A run writes, any number of readers read, each at its own
 * pace; none of them can hold up the run or one another.
 */
export class RunFeed {
  readonly runId: string
  readonly #entries: FeedEntry[] = []
  readonly #waiting = new Set<() => void>()
  #ended = false

  constructor(runId: string) {
    this.runId = runId
  }

  /** Passes an event on to every reader. An event about a hidden item is passed over. */
  publish(event: ThreadStreamEvent): void {
    const visible = eventForClient(event)
    if (!visible) return
    this.#entries.push({ seq: this.#entries.length + 1, event: visible })
    this.#wake()
  }

  /** No event follows. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  /** Follows the run from its first event; see `RunReader`. */
  read(): RunReader {
    let position = 0
    let closed = false
    let wakeReader: (() => void) | undefined
    const next = async (): Promise<FeedEntry[]> => {
      while (!closed) {
        if (position < this.#entries.length) {
          const ready = this.#entries.slice(position)
          position = this.#entries.length
          return ready
        }
        if (this.#ended) return []
        await new Promise<void>((resolve) => {
          wakeReader = resolve
          this.#waiting.add(resolve)
        })
      }
      return []
    }
    const close = (): void => {
      closed = true
      if (!wakeReader) return
      this.#waiting.delete(wakeReader)
      wakeReader()
    }
    return { runId: this.runId, next, close }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

export interface RunReader {
  readonly runId: string
  /** Everything that is ready, at least one entry; an empty list when the run is over or the reader closed. */
  next: () => Promise<FeedEntry[]>
  /** Lets go at once of a `next()` under way. The run goes on. */
  close: () => void
}
