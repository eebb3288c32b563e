const MARK = Buffer.from('"delta":"')
/** Longer than a mark with its time. */
const LONGEST = 40

/** Reads, out of streams of bytes, when words were given that are their own times, and how late they are. */
export class WordTimes {
  readonly #nowUs: () => number
  #lateMs: number[] = []
  #words = 0

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs
  }

  get words(): number {
    return this.#words
  }

  /** How late the words were that have come since this was asked for the last time. */
  take(): number[] {
    const lateMs = this.#lateMs
    this.#lateMs = []
    return lateMs
  }

  /** For one stream. A word that comes in two pieces is counted with the second. */
  reader(): (part: Buffer) => void {
    let tail = Buffer.alloc(0)
    return (part) => {
      const nowUs = this.#nowUs()
      const bytes = tail.length === 0 ? part : Buffer.concat([tail, part])
      let from = 0
      for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, from)) {
        const end = bytes.indexOf(0x20, at + MARK.length)
        if (end === -1) break
        this.#lateMs.push((nowUs - Number(bytes.toString('latin1', at + MARK.length, end))) / 1000)
        this.#words += 1
        from = end
      }
      tail = Buffer.from(bytes.subarray(Math.max(from, bytes.length - LONGEST)))
    }
  }
}
