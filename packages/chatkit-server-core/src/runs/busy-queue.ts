import type { ChatKitError } from '../errors.ts'

interface Waiting {
  wake: () => void
}

/** Messages that wait for their thread, in the order in which they came. */
export class BusyQueue {
  readonly #lines = new Map<string, Waiting[]>()

  /** Whether somebody waits already: who comes later must stand behind. */
  isWaiting(threadKey: string): boolean {
    return (this.#lines.get(threadKey)?.length ?? 0) > 0
  }

  /**
   * Stands in line and tries when it is first and the thread may be free, until `attempt` gives something. Rejects
   * with `busy` when the line is too long or the wait too long.
   */
  async wait<T>(
    threadKey: string,
    options: { most: number; forMs: number; pollMs: number; busy: () => ChatKitError },
    attempt: () => Promise<T | undefined>,
  ): Promise<T> {
    const line = this.#lines.get(threadKey) ?? []
    if (line.length >= options.most) throw options.busy()
    this.#lines.set(threadKey, line)
    const me: Waiting = { wake: () => {} }
    line.push(me)
    const deadline = performance.now() + options.forMs
    try {
      for (;;) {
        const got = line[0] === me ? await attempt() : undefined
        if (got !== undefined) return got
        const left = deadline - performance.now()
        if (left <= 0) throw options.busy()
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(left, options.pollMs))
          me.wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    } finally {
      line.splice(line.indexOf(me), 1)
      if (line.length === 0) this.#lines.delete(threadKey)
      else line[0]?.wake()
    }
  }

  /** The thread may be free: the first in line tries again. */
  wake(threadKey: string): void {
    this.#lines.get(threadKey)?.[0]?.wake()
  }

  /** Everybody who is first in line tries again. */
  wakeAll(): void {
    for (const threadKey of this.#lines.keys()) this.wake(threadKey)
  }
}
