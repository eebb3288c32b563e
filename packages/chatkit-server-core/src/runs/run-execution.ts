import { ChatKitError, undefinedIfNotFound } from '../errors.ts'
import type { EventOf, ThreadStreamEvent } from '../protocol/events.ts'
import {
  isHidden,
  type AssistantMessageItem,
  type SdkHiddenContextItem,
  type ThreadItem,
} from '../protocol/items.ts'
import { ClientView, threadForClient, toJson } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { GenerateId } from '../store/generate-id.ts'
import { RunEndedError } from '../store/run-ended-error.ts'
import type { RunRef } from '../store/scope.ts'
import type { LogEntry, RunEnding, Store } from '../store/store.ts'
import type { TurnStore } from '../store/turn-store.ts'
import type { Backlog } from './backlog.ts'
import { TextMender } from './mend-text.ts'
import { isUnavailable } from './is-unavailable.ts'
import { nextMacrotask } from './next-macrotask.ts'
import type { OutputFilter } from './output-filter.ts'
import { PendingItems } from './pending-items.ts'
import { EventPuller, type Interruption } from './pull-events.ts'
import { RunClock } from './run-clock.ts'
import type { RunHub } from './run-hub.ts'
import type { RunLimits } from './run-limits.ts'
import { RunLog } from './run-log.ts'
import { ThreadSaver } from './thread-saver.ts'
import { toErrorEvent } from './to-error-event.ts'

export interface RunExecutionOptions {
  run: RunRef
  hub: RunHub
  backlog: Backlog
  store: Pick<Store, 'appendDeltas' | 'appendItemEvent' | 'closeRun' | 'heldUntilMs'>
  /** Bound to the run's owner, in the name of the run. */
  turnStore: Pick<TurnStore, 'saveThread' | 'loadItem'>
  /** The object that `respond()` was handed, watched for changes in place. */
  thread: Thread
  /** Gives what is sent before the first event of `respond()`. */
  before: () => Promise<ThreadStreamEvent[]>
  respond: () => AsyncIterable<ThreadStreamEvent>
  /** What all output passes, where the application wants it. */
  filter: OutputFilter | undefined
  abort: AbortController
  limits: Pick<RunLimits, 'idleMs' | 'maxRunMs' | 'maxOutputBytes'>
  /** What the model is told of an answer that the user stopped. */
  stopNote: () => string
  generateId: GenerateId
  now: () => Date
  onError: (error: unknown) => void
}

/** How a run ended; `lost` where somebody else ended it, and nothing was written here. */
export type RunOutcome = RunEnding['status'] | 'lost'

/** How long a generator that never waits may keep everything else waiting. */
const MAX_TURN_MS = 5

/**
 * After how long without a word from the store a run is asked about before it goes on: it hears twice a second. The
 * process may have been frozen, and its thread be answered by another one since.
 */
const TRUST_MS = 1_000

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
  #outputChars = 0
  #partial: Promise<AssistantMessageItem[]> | undefined
  #firstEventAtMs: number | undefined
  /** How it ends is decided: whoever comes now comes too late. */
  #isEnding = false

  constructor(options: RunExecutionOptions) {
    const { run, store, hub, backlog, limits, respond, filter, thread, turnStore } = options
    this.#options = options
    this.#puller = new EventPuller(filter ? () => filter.events(respond()) : respond, options.abort)
    this.#thread = new ThreadSaver({ thread, store: turnStore, filter })
    this.#log = new RunLog({ run, store, hub, backlog, onVerdict: (verdict) => this.interrupt(verdict) })
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
    if (this.#isEnding) return false
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
      outcome = await this.#close(end ?? this.#puller.interruption)
    } catch (error) {
      outcome = await this.#fail(error)
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
      else if (now - this.#log.heardMs > TRUST_MS) {
        await this.checkIn()
        this.#clock.tick()
      }
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

  /** The words of unfinished messages, once the hook has seen each as a whole: asked again, it is not. */
  #partialMessages(): Promise<AssistantMessageItem[]> {
    const collect = async (): Promise<AssistantMessageItem[]> => {
      const { filter } = this.#options
      const partial = this.#pending.partialMessages()
      return (filter ? await filter.messages(partial) : partial).map(mendedMessage)
    }
    return (this.#partial ??= collect())
  }

  async #close(end: Interruption | undefined): Promise<RunOutcome> {
    if (end === 'fenced' || end === 'deleted') return 'lost'
    if (typeof end === 'object') throw end.failed
    if (end === undefined) return this.#end('completed', undefined)
    if (end === 'stop') return this.#end('stopped', undefined)
    this.#options.onError(new Error(CUT_OFF[end]))
    return this.#end(end === 'shutdown' || end === 'lapsed' ? 'interrupted' : 'failed', {
      type: 'error',
      code: 'stream.error',
      allow_retry: true,
    })
  }

  async #fail(error: unknown): Promise<RunOutcome> {
    const { abort, onError, filter } = this.#options
    this.#isEnding = true
    abort.abort(error)
    await this.#puller.close()
    await this.#log.settle()
    const told = toErrorEvent(error)
    const outcome = await this.#endFailed(filter ? await filter.error(told) : told)
    // Where the thread was deleted under the answer, or somebody else has ended it, there was nothing wrong.
    if (outcome !== 'lost' || !isLost(error)) onError(error)
    return outcome
  }

  /** The run must not stay open, or its thread is taken for ever: what cannot be stored with its end is left out. */
  async #endFailed(event: ThreadStreamEvent): Promise<RunOutcome> {
    const { onError } = this.#options
    let isBare = false
    for (const delayMs of [...RETRY_DELAYS_MS, undefined]) {
      try {
        return await (isBare ? this.#closeBare(event) : this.#end('failed', event))
      } catch (failure) {
        // A store that is away takes the words, too, once it is back; what it refuses it would refuse again.
        isBare ||= !isUnavailable(failure)
        if (delayMs === undefined || isBare) onError(failure)
        if (delayMs !== undefined) await sleep(delayMs)
      }
    }
    return 'lost'
  }

  async #closeBare(event: ThreadStreamEvent): Promise<RunOutcome> {
    const { store, run } = this.#options
    const entries = [this.#log.number(toJson(event))]
    if (!(await store.closeRun(run, { status: 'failed', items: [], entries }))) return 'lost'
    this.#publish(entries)
    return 'failed'
  }

  /** One write: the words of unfinished messages, the note of a stop, the last events and the end. */
  async #end(wanted: RunEnding['status'], last: ThreadStreamEvent | undefined): Promise<RunOutcome> {
    const { store, run } = this.#options
    const thread = await this.#thread.save()
    const partial = await this.#partialMessages()
    await this.#log.settle()
    // A stop that came while the last of it was being stored is a stop. One that comes from now on is told that the
    // answer is over.
    const status = wanted === 'completed' && this.#puller.interruption === 'stop' ? 'stopped' : wanted
    this.#isEnding = true
    // Who stopped an answer has it on the screen as it is: no event repeats it.
    const told: ThreadStreamEvent[] = status === 'stopped' ? [] : partial.map(done)
    if (last) told.push(last)
    if (thread) told.push({ type: 'thread.updated', thread: threadForClient(thread) })
    const entries = told.map((event) => this.#log.number(toJson(event)))
    const items: ThreadItem[] = status === 'stopped' ? [...partial, this.#stopNote()] : partial
    const closed = await store.closeRun(run, { status, items, entries })
    if (!closed) return 'lost'
    this.#publish(entries)
    return status
  }

  /** Where a write before these events may have been made, readers must not pass over it: they look in the store. */
  #publish(entries: readonly LogEntry[]): void {
    if (!this.#log.isUnsure) this.#options.hub.publish(entries)
  }

  #stopNote(): SdkHiddenContextItem {
    const { generateId, now, run, stopNote } = this.#options
    return {
      id: generateId('shcx'),
      thread_id: run.threadId,
      created_at: now().toISOString(),
      type: 'sdk_hidden_context',
      content: stopNote(),
    }
  }
}

const CUT_OFF: Record<Exclude<Interruption, object | 'stop' | 'deleted' | 'fenced'>, string> = {
  shutdown: 'The server was shut down before the answer was finished.',
  lapsed:
    'The answer was ended: the database was not reached for as long as a lease, and other servers may take it for abandoned.',
  idle: 'The answer was ended: nothing came for as long as limits.idleMs allows.',
  time: 'The answer was ended: it took longer than limits.maxRunMs allows.',
  output: 'The answer was ended: it is longer than limits.maxOutputBytes allows.',
}

/** How much an event counts: of a delta its text and a little for itself, of anything else its JSON. */
const outputOf = (event: ThreadStreamEvent, json: string | undefined): number =>
  event.type === 'thread.item.updated' && 'delta' in event.update
    ? event.update.delta.length + 16
    : (json ?? toJson(event)).length

/** How long to wait before an end is tried again. */
const RETRY_DELAYS_MS = [50, 500, 2_000]

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

const done = (item: AssistantMessageItem): ThreadStreamEvent => ({ type: 'thread.item.done', item })

// A half of a character at the cut is no character.
const mendedMessage = (item: AssistantMessageItem): AssistantMessageItem => ({
  ...item,
  content: item.content.map((part) => ({ ...part, text: part.text.toWellFormed() })),
})

const isLost = (error: unknown): boolean =>
  RunEndedError.isInstance(error) || (ChatKitError.isInstance(error) && error.code === 'thread_not_found')
