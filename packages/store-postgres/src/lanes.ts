/** How many statements may be under way, on the farthest database and behind the longest lock. */
const MOST = 4
/** A statement that begins later than this after the one before has more to do, and costs the database less. */
const WORTH_MS = 10
/** What the quickest statement took is forgotten by a thousandth with each one: the way to a database may change. */
const FORGETTING = 1.001
/** Behind a statement that takes longer nobody waits: it may stand before a lock that others do not need. */
const PATIENCE_MS = 100

/**
 * How many statements of one kind are under way at once. On a near database it is one: whatever gathers meanwhile goes
 * with the next, and a second one would only take the processor from the first. On a distant one, where even the
 * quickest answer takes long, others use the time on the wire.
 */
export class Lanes {
  readonly #onSlow: () => void
  #quickestMs = Infinity
  #underWay = 0
  #slow = 0

  /** `onSlow` is called when a statement takes so long that another one may begin. */
  constructor(onSlow: () => void) {
    this.#onSlow = onSlow
  }

  get isFree(): boolean {
    const useful = Math.max(1, Math.ceil(this.#quickestMs / WORTH_MS))
    return this.#underWay < MOST && this.#underWay - this.#slow < useful
  }

  async run<T>(statement: () => Promise<T>): Promise<T> {
    const startedMs = performance.now()
    let isSlow = false
    const timer = setTimeout(() => {
      isSlow = true
      this.#slow += 1
      this.#onSlow()
    }, PATIENCE_MS)
    this.#underWay += 1
    try {
      return await statement()
    } finally {
      clearTimeout(timer)
      this.#underWay -= 1
      if (isSlow) this.#slow -= 1
      this.#quickestMs = Math.min(performance.now() - startedMs, this.#quickestMs * FORGETTING)
    }
  }
}
