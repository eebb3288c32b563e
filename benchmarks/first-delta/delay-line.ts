/** Hands on each piece of bytes a time after it came, in their order. */
export class DelayLine {
  readonly #delayMs: number
  readonly #handOn: (bytes: Buffer) => void
  readonly #onWay: { bytes: Buffer; dueMs: number }[] = []

  constructor(delayMs: number, handOn: (bytes: Buffer) => void) {
    this.#delayMs = delayMs
    this.#handOn = handOn
  }

  push(bytes: Buffer): void {
    this.#onWay.push({ bytes, dueMs: performance.now() + this.#delayMs })
    if (this.#onWay.length === 1) this.#wait()
  }

  #wait(): void {
    for (let next = this.#onWay[0]; next; next = this.#onWay[0]) {
      const leftMs = next.dueMs - performance.now()
      if (leftMs > 0) {
        // A timer may be early by a part of a millisecond. One for what is left would be late by more than that.
        if (leftMs > 1.5) setTimeout(() => this.#wait(), Math.round(leftMs))
        else setImmediate(() => this.#wait())
        return
      }
      this.#onWay.shift()
      this.#handOn(next.bytes)
    }
  }
}
