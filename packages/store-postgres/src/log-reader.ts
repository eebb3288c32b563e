import { Lanes } from './lanes.ts'
import type { LogQuery, ReadRow } from './queries/runs.ts'

export interface LogReaderOptions {
  /** Answers many queries with one statement. */
  read: (queries: readonly LogQuery[]) => Promise<ReadRow[]>
  /** Whether the failure is one of what was asked, so that others can be answered without it. */
  isRefusal: (failure: unknown) => boolean
}

/** How many parts of logs, which may be long, are read by one statement. */
const MOST_QUERIES = 500

interface Waiting {
  query: LogQuery
  resolve: (row: ReadRow | undefined) => void
  reject: (failure: unknown) => void
}

/**
 * Reads logs for all readers of the process together: a word from another process wakes those of many runs at once,
 * and one statement then answers all of them.
 */
export class LogReader {
  readonly #options: LogReaderOptions
  #waiting: Waiting[] = []
  readonly #lanes = new Lanes(() => this.#start())
  #isStarting = false

  constructor(options: LogReaderOptions) {
    this.#options = options
  }

  read(query: LogQuery): Promise<ReadRow | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject })
      this.#startSoon()
    })
  }

  // Once around the event loop: who is woken at the same time asks at the same time.
  #startSoon(): void {
    if (this.#isStarting) return
    this.#isStarting = true
    setImmediate(() => {
      this.#isStarting = false
      this.#start()
    })
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#lanes.isFree) {
      const batch = this.#waiting.splice(0, MOST_QUERIES)
      void this.#lanes.run(() => this.#answer(batch)).finally(() => this.#start())
    }
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    const { read, isRefusal } = this.#options
    try {
      const rows = await read(batch.map(({ query }) => query))
      const byPlace = new Map(rows.map((row) => [row.place, row]))
      for (const [place, { resolve }] of batch.entries()) resolve(byPlace.get(place))
    } catch (failure) {
      if (batch.length > 1 && isRefusal(failure)) {
        for (const alone of batch) await this.#answer([alone])
        return
      }
      for (const { reject } of batch) reject(failure)
    }
  }
}
