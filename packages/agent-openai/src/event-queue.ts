/**
 * Takes what comes as it comes and hands it out as it is asked for. Whoever fills it never waits; a failure is
 * told only after everything that came before it was handed out. For one reader.
 */
export class EventQueue<T> {
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

  /** Everything that has come; nothing where that is nothing yet; undefined after the last. */
  take(): readonly T[] | undefined {
    const events = this.#events
    if (events.length > 0) {
      this.#events = []
      return events
    }
    if (!this.#end) return events
    if ('error' in this.#end) throw this.#end.error
    return undefined
  }

  /** Resolves when there is more, or the end. */
  filled(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
