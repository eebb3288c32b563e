import type { ChatKitError } from '../errors.ts'

interface Waiting {
  wake: () => void
  /** Of the request, where it came with one. */
  key: string | undefined
  /** What it gets, while it tries. */
  trying: Promise<unknown> | undefined
  isWithdrawn: boolean
}

interface WaitOptions {
  most: number
  forMs: number
  pollMs: number
  key: string | undefined
  busy: () => ChatKitError
  withdrawn: () => ChatKitError
}

/** Messages that wait for their thread, in the order in which they came. */
export class BusyQueue {
  readonly #lines = new Map<string, Waiting[]>()

  get size(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.length, 0)
  }

  /** Whether somebody waits already: who comes later must stand behind. */
  isWaiting(threadKey: string): boolean {
    return (this.#lines.get(threadKey)?.length ?? 0) > 0
  }

  /**
   * Stands in line and tries when it is first and the thread may be free, until `attempt` gives something. Rejects
   * with `busy` when the line is too long or the wait too long, and with `withdrawn` where it was taken back.
   */
  async wait<T>(threadKey: string, options: WaitOptions, attempt: () => Promise<T | undefined>): Promise<T> {
    const line = this.#lines.get(threadKey) ?? []
    if (line.length >= options.most) throw options.busy()
    this.#lines.set(threadKey, line)
    const me: Waiting = { wake: () => {}, key: options.key, trying: undefined, isWithdrawn: false }
    line.push(me)
    const deadline = performance.now() + options.forMs
    try {
      for (;;) {
        if (me.isWithdrawn) throw options.withdrawn()
        const trying = line[0] === me ? attempt() : undefined
        me.trying = trying
        const got = await trying
        me.trying = undefined
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

  /** Takes the messages of a key out of their lines. Gives whether they all waited: false too where one was just let in. */
  async withdraw(key: string): Promise<boolean> {
    const waiting = [...this.#lines.values()].flat().filter((one) => one.key === key)
    const tries = waiting.map(async (one) => {
      one.isWithdrawn = true
      one.wake()
      return (await one.trying?.catch(() => undefined)) === undefined
    })
    const haveWaited = await Promise.all(tries)
    return haveWaited.length > 0 && !haveWaited.includes(false)
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
