/** How often readers are told to look, below the notifications: one may be lost. */
const POLL_MS = 500

/** Who waits for more of which run. Writers of this process wake them directly; for others' runs all are woken. */
export class Watchers {
  readonly #watchers = new Map<string, Set<() => void>>()
  #timer: ReturnType<typeof setInterval> | undefined

  watch(runIds: readonly string[], wake: () => void): () => void {
    // An object of its own for each call, so that the end of one ends no other with the same function.
    const watcher = (): void => wake()
    for (const id of runIds) this.#watchers.set(id, (this.#watchers.get(id) ?? new Set()).add(watcher))
    this.#timer ??= setInterval(() => this.wakeAll(), POLL_MS).unref()
    return () => {
      for (const id of runIds) {
        const watchers = this.#watchers.get(id)
        watchers?.delete(watcher)
        if (watchers?.size !== 0) continue
        this.#watchers.delete(id)
      }
    }
  }

  wake(runId: string): void {
    for (const wake of this.#watchers.get(runId) ?? []) wake()
  }

  /** Nobody knows which runs have gone on: their readers ask, and one statement answers them all. */
  wakeAll(): void {
    const followed = [...this.#watchers.keys()]
    for (const runId of followed) this.wake(runId)
    if (this.#watchers.size === 0) this.close()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
