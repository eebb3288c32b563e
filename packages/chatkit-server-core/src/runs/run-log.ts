import type { ThreadItem } from '../protocol/items.ts'
import type { RunRef } from '../store/scope.ts'
import type { Appended, LogEntry, Store } from '../store/store.ts'
import { nextMacrotask } from './next-macrotask.ts'
import type { RunHub } from './run-hub.ts'

/** How much of a run may wait to be stored before `respond()` is not asked for more. */
const MAX_WAITING_EVENTS = 64
const MAX_WAITING_CHARS = 1_048_576

export interface RunLogOptions {
  run: RunRef
  store: Pick<Store, 'appendDeltas' | 'appendItemEvent'>
  hub: RunHub
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
  #broken = false
  #heardMs = performance.now()
  #isUnsure = false

  constructor(options: RunLogOptions) {
    this.#options = options
    this.#seq = options.hub.lastSeq
  }

  get events(): number {
    return this.#seq
  }

  /** As of when the store has said that the run is running: when it was asked, as its reply may lie about for long. */
  get heardMs(): number {
    return this.#heardMs
  }

  /** A write has failed, and may have been made all the same: only the store knows what was stored. */
  get isUnsure(): boolean {
    return this.#isUnsure
  }

  /** Asks the store whether the run is still this process's, and wanted. */
  async checkIn(): Promise<void> {
    const { run, store } = this.#options
    const askedMs = performance.now()
    this.#hear(await store.appendDeltas(run, []), askedMs)
  }

  /** An event that carries no item. Stored soon, together with others. */
  add(json: string): void {
    this.#waiting.push(this.number(json))
    this.#waitingChars += json.length
    this.#unstored += 1
    this.#flushing ??= this.#flush()
  }

  /** Gives an event its number. */
  number(json: string): LogEntry {
    return { seq: ++this.#seq, json }
  }

  /** Undefined where there is room for more; else resolves when there is. */
  room(): Promise<void> | undefined {
    return this.#isFull() ? this.#untilRoom() : undefined
  }

  #isFull(): boolean {
    return this.#unstored >= MAX_WAITING_EVENTS || this.#waitingChars >= MAX_WAITING_CHARS
  }

  async #untilRoom(): Promise<void> {
    while (this.#isFull() && !this.#broken) {
      await new Promise<void>((resolve) => {
        this.#wakeProducer = resolve
      })
    }
  }

  /** An event that carries an item, or an item that is stored without an event. Resolves when it is stored. */
  async addItem(json: string | undefined, change: { save: ThreadItem } | { remove: string }): Promise<void> {
    await this.#flushing
    if (this.#broken) return
    if (json !== undefined) this.#waiting.push(this.number(json))
    const { run, store } = this.#options
    await this.#store((entries) => store.appendItemEvent(run, entries, change))
  }

  /** Stores what waits. */
  async settle(): Promise<void> {
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
    const entries = this.#waiting
    this.#waiting = []
    this.#waitingChars = 0
    const askedMs = performance.now()
    const appended = await append(entries).catch((error: unknown) => {
      this.#isUnsure = true
      throw error
    })
    this.#unstored = this.#waiting.length
    if (appended.accepted && entries.length > 0) this.#options.hub.publish(entries)
    this.#hear(appended, askedMs)
    this.#wake()
  }

  #hear({ accepted, stopRequested }: Appended, askedMs: number): void {
    if (!accepted) return this.#break('fenced')
    this.#heardMs = Math.max(this.#heardMs, askedMs)
    if (stopRequested) this.#options.onVerdict('stop')
  }

  #break(verdict: 'fenced' | { failed: unknown }): void {
    this.#broken = true
    this.#waiting = []
    this.#options.onVerdict(verdict)
    this.#wake()
  }

  #wake(): void {
    this.#wakeProducer?.()
    this.#wakeProducer = undefined
  }
}
