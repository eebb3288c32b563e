import type { LogEntry } from '../store/store.ts'

// What a reader may fall behind before it reads from the store instead: enough for any network that keeps up.
const MAX_ENTRIES = 1_024
const MAX_CHARS = 1_048_576

/**
 * Passes what a run of this process has stored on to those who read it here. Keeps the newest entries only; any
 * number of readers take them, each at its own pace, and none can hold up the run or another reader.
 */
export class RunHub {
  #entries: LogEntry[] = []
  #start = 0
  #chars = 0
  #lastSeq: number
  #ended = false
  #lost = false
  readonly #waiting = new Set<() => void>()

  /** @param lastSeq the number of the last event that was stored before this hub. */
  constructor(lastSeq: number) {
    this.#lastSeq = lastSeq
  }

  get ended(): boolean {
    return this.#ended
  }

  get lastSeq(): number {
    return this.#lastSeq
  }

  publish(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry)
      this.#chars += entry.json.length
      this.#lastSeq = entry.seq
    }
    this.#trim()
    this.#wake()
  }

  /** No entry follows. `lost`: more may be stored than was published here, and readers are to look there. */
  end({ lost }: { lost: boolean }): void {
    this.#ended = true
    this.#lost = lost
    this.#wake()
  }

  /** The entries after a number; undefined when some of them are no longer here. */
  after(seq: number): LogEntry[] | undefined {
    if (seq >= this.#lastSeq) return this.#lost ? undefined : []
    const first = this.#entries[this.#start]?.seq ?? Number.POSITIVE_INFINITY
    if (seq + 1 < first) return undefined
    // From the end, since readers mostly want the newest; a number may be missing where a write has failed.
    let from = this.#entries.length
    while (from > this.#start && (this.#entries[from - 1]?.seq ?? 0) > seq) from--
    return this.#entries.slice(from)
  }

  /** Calls `wake` once, when there is more or the end. Gives what takes it back. */
  onMore(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  #trim(): void {
    while (this.#entries.length - this.#start > MAX_ENTRIES || this.#chars > MAX_CHARS) {
      this.#chars -= this.#entries[this.#start]?.json.length ?? 0
      this.#start += 1
    }
    if (this.#start < MAX_ENTRIES) return
    this.#entries = this.#entries.slice(this.#start)
    this.#start = 0
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}
