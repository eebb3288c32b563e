/** Does things one after another that have a key in common, and others side by side. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>()

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key)
    const mine = before ? before.then(work, work) : work()
    this.#tails.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.#tails.get(key) === mine) this.#tails.delete(key)
    }
  }

  /** The same with several keys, which are taken in the order given. */
  runAll<T>([key, ...others]: string[], work: () => Promise<T>): Promise<T> {
    return key === undefined ? work() : this.run(key, () => this.runAll(others, work))
  }
}
