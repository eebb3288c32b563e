/** The least time between two notifications of a process. */
const APART_MS = 10

/** Tells other processes that there is something to read: soon, and not more often than they need. */
export class Notifier {
  readonly #send: () => Promise<unknown>
  #sentMs = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(send: () => Promise<unknown>) {
    this.#send = send
  }

  notify(): void {
    if (this.#timer || this.#closed) return
    const waitMs = this.#sentMs + APART_MS - performance.now()
    if (waitMs <= 0) {
      this.#sendNow()
      return
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#sendNow()
    }, waitMs)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #sendNow(): void {
    this.#sentMs = performance.now()
    // One that is lost is made up for by the others' polling.
    this.#send().catch(() => {})
  }
}
