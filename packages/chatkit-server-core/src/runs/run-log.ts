import type { ThreadItem } from '../protocol/items.ts'
import type { RunRef } from '../store/scope.ts'
import type { Appended, LogEntry, Store } from '../store/store.ts'
import { nextMacrotask } from './next-macrotask.ts'
import type { Backlog } from './backlog.ts'
import type { RunHub } from './run-hub.ts'

/** How much of a run may wait to be stored before `respond()` is not asked for more. */
const MAX_WAITING_EVENTS = 64
const MAX_WAITING_CHARS = 1_048_576
/** How long an event that is held waits for one to be stored with. */
const HOLD_MS = 50

export interface RunLogOptions {
  run: RunRef
  store: Pick<Store, 'appendDeltas' | 'appendItemEvent'>
  hub: RunHub
  /** Of the whole process. */
  backlog: Backlog
  /** The run is not running any more, somebody asks it to stop, or its events cannot be stored. */
  onVerdict: (verdict: 'fenced' | 'stop' | { failed: unknown }) => void
}

/**
 * Numbers a run's events, stores them, and only then publishes them. Events that carry no item gather while others
 * are being stored; one that carries an item is stored alone with it, behind everything before it.
 */
export class RunLog {
  readonly #options: RunLogOptions
  #seq: number
  #waiting: LogEntry[] = []
  #waitingChars = 0
  #unstored = 0
  #flushing: Promise<void> | undefined
  #wakeProducer: (() => void) | undefined
  #holding: ReturnType<typeof setTimeout> | undefined
  #broken = false
  #isReleased = false
  #isUnsure = false

  constructor(options: RunLogOptions) {
    this.#options = options
    this.#seq = options.hub.lastSeq
  }

  get events(): number {
    return this.#seq
  }

  /** A write has failed, and may have been made all the same: only the store knows what was stored. */
  get isUnsure(): boolean {
    return this.#isUnsure
  }

  /** Asks the store whether the run is still this process's, and wanted. */
  async checkIn(): Promise<void> {
    const { run, store } = this.#options
    this.#hear(await store.appendDeltas(run, []))
  }

  /** An event that carries no item. Stored soon, together with others. */
  add(json: string): void {
    if (this.#gather(json)) this.#flushing ??= this.#flush()
  }

  /**
   * An event that says nothing by itself: it is stored with the next one, and after a moment in any case. A write of
   * its own would keep the first words waiting that come while it is under way.
   */
  hold(json: string): void {
    if (!this.#gather(json)) return
    this.#holding ??= setTimeout(() => {
      this.#flushing ??= this.#flush()
    }, HOLD_MS)
  }

  #gather(json: string): boolean {
    const entry = this.number(json)
    if (this.#broken) return false
    this.#wait(entry)
    this.#unstored += 1
    return true
  }

  /** Gives an event its number. */
  number(json: string): LogEntry {
    return { seq: ++this.#seq, json }
  }

  /** Undefined where there is room for more; else resolves when there is. */
  room(): Promise<void> | undefined {
    return this.#isFull() ? this.#untilRoom() : undefined
  }

  /** `respond()` is not asked for more, so that nothing waits for room any longer. */
  release(): void {
    this.#isReleased = true
    this.#wake()
  }

  #isFull(): boolean {
    const isOwnFull = this.#unstored >= MAX_WAITING_EVENTS || this.#waitingChars >= MAX_WAITING_CHARS
    return isOwnFull || this.#options.backlog.isFull
  }

  async #untilRoom(): Promise<void> {
    while (this.#isFull() && !this.#broken && !this.#isReleased) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wakeProducer = resolve
      const stop = this.#options.backlog.onRoom(resolve)
      await promise
      stop()
    }
  }

  #wait(entry: LogEntry): void {
    this.#waiting.push(entry)
    this.#waitingChars += entry.json.length
    this.#options.backlog.add(entry.json.length)
  }

  #takeWaiting(): { entries: LogEntry[]; chars: number } {
    const taken = { entries: this.#waiting, chars: this.#waitingChars }
    this.#waiting = []
    this.#waitingChars = 0
    return taken
  }

  /** An event that carries an item, or an item that is stored without an event. Resolves when it is stored. */
  async addItem(json: string | undefined, change: { save: ThreadItem } | { remove: string }): Promise<void> {
    await this.#flushing
    if (this.#broken) return
    if (json !== undefined) this.#wait(this.number(json))
    const { run, store } = this.#options
    await this.#store((entries) => store.appendItemEvent(run, entries, change))
  }

  /** Stores what waits. */
  async settle(): Promise<void> {
    if (this.#waiting.length > 0) this.#flushing ??= this.#flush()
    await this.#flushing
  }

  async #flush(): Promise<void> {
    const { run, store } = this.#options
    // Once around the event loop: what a quick model gives meanwhile goes into the same write.
    await nextMacrotask()
    try {
      while (this.#waiting.length > 0 && !this.#broken) {
        await this.#store((entries) => store.appendDeltas(run, entries))
        if (this.#waiting.length > 0) await nextMacrotask()
      }
    } catch (error) {
      this.#break({ failed: error })
    } finally {
      this.#flushing = undefined
      this.#wake()
    }
  }

  async #store(append: (entries: LogEntry[]) => Promise<Appended>): Promise<void> {
    clearTimeout(this.#holding)
    const { entries, chars } = this.#takeWaiting()
    let appended: Appended
    try {
      appended = await append(entries)
    } catch (error) {
      this.#isUnsure = true
      throw error
    } finally {
      this.#options.backlog.take(entries.length, chars)
    }
    this.#unstored = this.#waiting.length
    if (appended.accepted && entries.length > 0) this.#options.hub.publish(entries)
    this.#hear(appended)
    this.#wake()
  }

  #hear({ accepted, stopRequested }: Appended): void {
    if (!accepted) return this.#break('fenced')
    if (stopRequested) this.#options.onVerdict('stop')
  }

  #break(verdict: 'fenced' | { failed: unknown }): void {
    this.#broken = true
    clearTimeout(this.#holding)
    const { entries, chars } = this.#takeWaiting()
    this.#options.backlog.take(entries.length, chars)
    this.#options.onVerdict(verdict)
    this.#wake()
  }

  #wake(): void {
    this.#wakeProducer?.()
    this.#wakeProducer = undefined
  }
}
