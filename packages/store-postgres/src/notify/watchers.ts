/** How often runs are looked at, below the notifications: one may be lost. */
const POLL_MS = 500

/** How many runs that nobody follows any more are remembered. */
const MOST_FORGOTTEN = 1_000

export interface WatchersOptions {
  /** How far runs are, in words that change with every event and the end. An unknown run is left out. */
  positions: (runIds: string[]) => Promise<{ id: string; position: string }[]>
}

/** Who waits for more of which run. Writers of this process wake them directly; others are found by looking. */
export class Watchers {
  readonly #options: WatchersOptions
  readonly #watchers = new Map<string, Set<() => void>>()
  /** Also of runs that nobody follows just now: a reader who has read a part comes back for the next. */
  readonly #positions = new Map<string, string>()
  #timer: ReturnType<typeof setInterval> | undefined
  #isLooking = false
  #lookAgain = false

  constructor(options: WatchersOptions) {
    this.#options = options
  }

  watch(runIds: readonly string[], wake: () => void): () => void {
    // An object of its own for each call, so that the end of one ends no other with the same function.
    const watcher = (): void => wake()
    for (const id of runIds) this.#watchers.set(id, (this.#watchers.get(id) ?? new Set()).add(watcher))
    this.#timer ??= setInterval(() => this.look(), POLL_MS).unref()
    return () => {
      for (const id of runIds) {
        const watchers = this.#watchers.get(id)
        watchers?.delete(watcher)
        if (watchers?.size !== 0) continue
        this.#watchers.delete(id)
      }
      if (this.#watchers.size === 0) this.close()
    }
  }

  wake(runId: string): void {
    for (const wake of this.#watchers.get(runId) ?? []) wake()
  }

  /** Reads how far all followed runs are, in one statement, and wakes those who follow one that has gone on. */
  look(): void {
    this.#lookAgain = true
    if (!this.#isLooking) void this.#look()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#positions.clear()
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    while (this.#lookAgain && this.#watchers.size > 0) {
      this.#lookAgain = false
      const ids = [...this.#watchers.keys()]
      // Where the database is away, the next look is soon.
      const rows = await this.#options.positions(ids).catch(() => undefined)
      if (rows) this.#compare(ids, new Map(rows.map(({ id, position }) => [id, position])))
    }
    this.#isLooking = false
  }

  #compare(ids: string[], found: ReadonlyMap<string, string>): void {
    if (this.#positions.size > ids.length + MOST_FORGOTTEN) this.#positions.clear()
    for (const id of ids) {
      const position = found.get(id) ?? 'gone'
      if (this.#positions.get(id) === position || !this.#watchers.has(id)) continue
      this.#positions.set(id, position)
      this.wake(id)
    }
  }
}
