/** What all runs of a process have given and not stored yet: one database away must not fill its memory. */
export class Backlog {
  readonly #maxChars: number
  readonly #waiting = new Set<() => void>()
  #chars = 0
  #events = 0

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  get events(): number {
    return this.#events
  }

  get isFull(): boolean {
    return this.#chars >= this.#maxChars
  }

  add(chars: number): void {
    this.#chars += chars
    this.#events += 1
  }

  /** They are stored, or will never be. */
  take(events: number, chars: number): void {
    const wasFull = this.isFull
    this.#chars -= chars
    this.#events -= events
    if (!wasFull || this.isFull) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  /** Calls `wake` once, when there is room again. Gives what takes it back. */
  onRoom(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }
}
