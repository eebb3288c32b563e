/**
 * Takes what comes as it comes and hands it out as it is asked for. Whoever fills it never waits; a failure is
 * told only after everything that came before it was handed out. For one reader.
 */
export class EventQueue<T> implements AsyncIterable<T> {
  #events: T[] = []
  #end: { error?: unknown } | undefined
  #wake: (() => void) | undefined

  push(event: T): void {
    if (this.#end) return
    this.#events.push(event)
    this.#wake?.()
  }

  close(): void {
    this.#end ??= {}
    this.#wake?.()
  }

  fail(error: unknown): void {
    this.#end ??= { error }
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const events = this.#events
      this.#events = []
      yield* events
      if (this.#events.length > 0) continue
      if (this.#end) {
        if ('error' in this.#end) throw this.#end.error
        return
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
