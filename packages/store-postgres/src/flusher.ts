import type { Appended, LogEntry, RunRef } from '@robolearn/chatkit-server-core'
import { Lanes } from './lanes.ts'
import type { AcceptedRow, RunDeltas } from './queries/append.ts'

export interface FlusherOptions {
  /** Stores a batch whole and gives the runs that were running. Repeats where it must, always the same batch. */
  flush: (batch: readonly RunDeltas[]) => Promise<AcceptedRow[]>
  /** Whether the failure is one of what was sent, so that others of the batch can be stored without it. */
  isRefusal: (failure: unknown) => boolean
}

/** The least time between the starts of two statements where several runs write: it halves the work of the database. */
const APART_MS = 10
/** How much text goes into one statement, as long as one run alone has not more. */
const MAX_BATCH_CHARS = 4_194_304

interface Gathered {
  run: RunRef
  entries: LogEntry[]
  chars: number
  waiting: { resolve: (appended: Appended) => void; reject: (failure: unknown) => void }[]
}

/**
 * Group commit: the deltas of all runs of the process that gather while a statement is under way are stored by the
 * next one. A run is in one statement at a time, and what is in one never changes until its outcome is known.
 */
export class Flusher {
  readonly #options: FlusherOptions
  readonly #gathered = new Map<string, Gathered>()
  readonly #underWay = new Set<string>()
  readonly #lanes = new Lanes(() => this.#start())
  #startedMs = -Infinity
  /** Whether several runs were being written when the last statement began. */
  #busy = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  append(run: RunRef, entries: LogEntry[]): Promise<Appended> {
    const gathered = this.#gathered.get(run.id) ?? { run, entries: [], chars: 0, waiting: [] }
    this.#gathered.set(run.id, gathered)
    gathered.entries.push(...entries)
    for (const { json } of entries) gathered.chars += json.length
    return new Promise((resolve, reject) => {
      gathered.waiting.push({ resolve, reject })
      this.#start()
    })
  }

  #start(): void {
    if (this.#timer || !this.#lanes.isFree) return
    // A lone run waits for nobody: its first words go out at once.
    const waitMs = this.#busy ? this.#startedMs + APART_MS - performance.now() : 0
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#start()
      }, waitMs)
      return
    }
    const batch = this.#take()
    if (batch.length === 0) return
    this.#startedMs = performance.now()
    this.#busy = this.#underWay.size > 1
    void this.#lanes
      .run(() => this.#store(batch))
      .finally(() => {
        for (const { run } of batch) this.#underWay.delete(run.id)
        if (this.#gathered.size > 0) this.#start()
      })
  }

  #take(): Gathered[] {
    const batch: Gathered[] = []
    let chars = 0
    for (const [id, gathered] of this.#gathered) {
      if (this.#underWay.has(id)) continue
      chars += gathered.chars
      if (batch.length > 0 && chars > MAX_BATCH_CHARS) break
      this.#gathered.delete(id)
      this.#underWay.add(id)
      batch.push(gathered)
    }
    return batch
  }

  async #store(batch: readonly Gathered[]): Promise<void> {
    const { flush, isRefusal } = this.#options
    try {
      const accepted = new Map((await flush(batch)).map((row) => [row.id, row]))
      for (const { run, waiting } of batch) {
        const row = accepted.get(run.id)
        const appended = { accepted: row !== undefined, stopRequested: row?.stop_requested ?? false }
        for (const { resolve } of waiting) resolve(appended)
      }
    } catch (failure) {
      if (batch.length > 1 && isRefusal(failure)) {
        for (const alone of batch) await this.#store([alone])
        return
      }
      for (const { waiting } of batch) for (const { reject } of waiting) reject(failure)
    }
  }
}
