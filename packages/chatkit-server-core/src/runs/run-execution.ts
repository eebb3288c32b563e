import { undefinedIfNotFound } from '../errors.ts'
import type { EventOf, ThreadStreamEvent } from '../protocol/events.ts'
import { isHidden, type ThreadItem } from '../protocol/items.ts'
import { ClientView, threadForClient, toJson } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { Store } from '../store/store.ts'
import type { TurnStore } from '../store/turn-store.ts'
import type { Backlog } from './backlog.ts'
import { TextMender } from './mend-text.ts'
import { nextMacrotask } from './next-macrotask.ts'
import { PendingItems } from './pending-items.ts'
import { EventPuller, type Interruption } from './pull-events.ts'
import { RunClock } from './run-clock.ts'
import { RunCloser, type RunCloserOptions, type RunOutcome } from './run-closer.ts'
import type { RunLimits } from './run-limits.ts'
import { RunLog } from './run-log.ts'
import { ThreadSaver } from './thread-saver.ts'

export interface RunExecutionOptions extends Omit<RunCloserOptions, 'log' | 'puller' | 'pending' | 'thread'> {
  backlog: Backlog
  store: Pick<Store, 'appendDeltas' | 'appendItemEvent' | 'closeRun' | 'heldUntilMs'>
  /** Bound to the run's owner, in the name of the run. */
  turnStore: Pick<TurnStore, 'saveThread' | 'loadItem'>
  /** The object that `respond()` was handed, watched for changes in place. */
  thread: Thread
  /** Gives what is sent before the first event of `respond()`. */
  before: () => Promise<ThreadStreamEvent[]>
  respond: () => AsyncIterable<ThreadStreamEvent>
  limits: Pick<RunLimits, 'idleMs' | 'maxRunMs' | 'maxOutputBytes'>
}

/** How long a generator that never waits may keep everything else waiting. */
const MAX_TURN_MS = 5

/** Executes one run to its end, whoever is reading. */
export class RunExecution {
  readonly #options: RunExecutionOptions
  readonly #puller: EventPuller
  readonly #log: RunLog
  readonly #clock: RunClock
  readonly #pending = new PendingItems()
  readonly #mender = new TextMender()
  readonly #view = new ClientView()
  readonly #thread: ThreadSaver
  readonly #closer: RunCloser
  #outputChars = 0
  #firstEventAtMs: number | undefined

  constructor(options: RunExecutionOptions) {
    const { run, store, hub, backlog, limits, respond, filter, thread, turnStore } = options
    this.#options = options
    this.#puller = new EventPuller(filter ? () => filter.events(respond()) : respond, options.abort)
    this.#thread = new ThreadSaver({ thread, store: turnStore, filter })
    this.#log = new RunLog({ run, store, hub, backlog, onVerdict: (verdict) => this.interrupt(verdict) })
    this.#closer = new RunCloser({
      ...options,
      log: this.#log,
      puller: this.#puller,
      pending: this.#pending,
      thread: this.#thread,
    })
    this.#clock = new RunClock(limits, (by) => this.interrupt(by))
  }

  get events(): number {
    return this.#log.events
  }

  /** When `respond()` gave its first event, on the clock of `performance.now()`. */
  get firstEventAtMs(): number | undefined {
    return this.#firstEventAtMs
  }

  /** Ends the answer before its time: what was sent so far is kept. False where it ends, or has ended, otherwise. */
  interrupt(by: Interruption): boolean {
    if (this.#closer.isDecided) return false
    const isTheFirst = this.#puller.interrupt(by)
    this.#log.release()
    return isTheFirst
  }

  /** Asks the store whether the run is still this process's, and wanted. */
  checkIn(): Promise<void> {
    return this.#log.checkIn()
  }

  /** Never rejects: what fails becomes an event. */
  async run(): Promise<RunOutcome> {
    let outcome: RunOutcome
    try {
      const before = await this.#puller.first(this.#options.before)
      for (const event of before?.value ?? []) await this.#handle(event)
      const end = await this.#pump()
      await this.#log.settle()
      outcome = await this.#closer.close(end ?? this.#puller.interruption)
    } catch (error) {
      outcome = await this.#closer.fail(error)
    } finally {
      this.#clock.stop()
    }
    this.#options.hub.end({ lost: outcome === 'lost' || this.#log.isUnsure })
    return outcome
  }

  async #pump(): Promise<Interruption | undefined> {
    const { maxOutputBytes } = this.#options.limits
    let turnBeganMs = performance.now()
    for (;;) {
      const full = this.#log.room()
      if (full) await full
      // Only what `respond()` takes counts as silence, not what storing takes.
      const now = this.#clock.tick()
      // Here too: after a freeze the model may be heard before the timer that watches the lease.
      if (now >= this.#options.store.heldUntilMs()) this.interrupt('lapsed')
      const pulled = await this.#puller.next()
      this.#clock.pause()
      // Before the event is stored, not behind it: what comes along with it after a wait goes into the same write.
      if (performance.now() - turnBeganMs > MAX_TURN_MS) {
        await nextMacrotask()
        turnBeganMs = performance.now()
      }
      if (pulled.kind === 'end') return undefined
      if (pulled.kind === 'interrupted') {
        await this.#puller.close()
        return pulled.by
      }
      this.#firstEventAtMs ??= performance.now()
      const event = this.#mender.mend(pulled.event)
      // Nothing is waited for that needs no waiting: this loop turns once an event.
      const stored = event && this.#handle(event)
      if (stored) await stored
      const saving = this.#thread.save()
      if (saving) await this.#tellOfThread(saving)
      if (this.#outputChars > maxOutputBytes) this.interrupt('output')
    }
  }

  /** Stores the event and what it means; it is published once that is done. */
  #handle(event: ThreadStreamEvent): Promise<void> | undefined {
    const visible = this.#view.of(event)
    const json = visible && toJson(visible)
    this.#outputChars += outputOf(event, json)
    switch (event.type) {
      case 'thread.item.done':
      case 'thread.item.replaced':
        return this.#store(event, json, { save: event.item })
      case 'thread.item.removed':
        return this.#remove(event, json)
      case 'stream_options':
        if (json !== undefined) this.#log.hold(json)
        return undefined
      default:
        this.#pending.observe(event)
        if (json !== undefined) this.#log.add(json)
        return undefined
    }
  }

  /** The item counts as done once it is stored: where that fails, its words so far are still kept. */
  async #store(
    event: ThreadStreamEvent,
    json: string | undefined,
    change: { save: ThreadItem } | { remove: string },
  ): Promise<void> {
    await this.#log.addItem(json, change)
    this.#pending.observe(event)
  }

  /** An item of an earlier turn may be a hidden one: then nobody is told of it now either. */
  async #remove(event: EventOf<'thread.item.removed'>, json: string | undefined): Promise<void> {
    const { turnStore, run } = this.#options
    const { item_id: itemId } = event
    const item = json && (await turnStore.loadItem(run.threadId, itemId).catch(undefinedIfNotFound))
    await this.#store(event, item && isHidden(item) ? undefined : json, { remove: itemId })
  }

  async #tellOfThread(saving: Promise<Thread>): Promise<void> {
    this.#log.add(toJson({ type: 'thread.updated', thread: threadForClient(await saving) }))
  }
}

/** How much an event counts: of a delta its text and a little for itself, of anything else its JSON. */
const outputOf = (event: ThreadStreamEvent, json: string | undefined): number =>
  event.type === 'thread.item.updated' && 'delta' in event.update
    ? event.update.delta.length + 16
    : (json ?? toJson(event)).length
