import type { ServerWords } from '../messages/messages.ts'
import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Thread } from '../protocol/threads.ts'
import type { GenerateId } from '../store/generate-id.ts'
import type { RunRef, Scope } from '../store/scope.ts'
import type { Store, StoreCounters, TurnOpening } from '../store/store.ts'
import { bindStore } from '../store/turn-store.ts'
import type { OutputTurn, TransformOutput } from '../transform-output.ts'
import type { RunUsage, TurnBase } from '../turn.ts'
import { ActiveRuns } from './active-runs.ts'
import { Backlog } from './backlog.ts'
import { clampMs } from './clamp-ms.ts'
import { OutputFilter } from './output-filter.ts'
import type { RunOutcome } from './run-closer.ts'
import { RunExecution } from './run-execution.ts'
import { RunHub } from './run-hub.ts'
import { keyOf, lineOf } from './run-keys.ts'
import type { RunLimits } from './run-limits.ts'
import { createRunReader, type RunReader } from './run-reader.ts'
import { closing, TurnOpener, type BusyPolicy, type LetIn } from './turn-opener.ts'

export interface RunManagerOptions<TContext> {
  store: Store<TContext>
  onBusy: BusyPolicy
  limits: RunLimits
  transformOutput: TransformOutput<TContext> | undefined
  /** The server's own words in one of the languages. */
  say: (words: ServerWords, locales: readonly string[]) => string
  generateId: GenerateId
  now: () => Date
  onRunStart: (run: { runId: string; threadId: string }) => void
  onRunEnd: (run: RunEnd) => void
  onError: (error: unknown, ids: { runId: string; threadId: string }) => void
  /** An item as it goes to its owner. */
  present: (item: ThreadItem, scope: Scope<TContext>) => Promise<ThreadItem>
}

/** What the store counts, and what this server has under way now. */
export interface ServerCounters extends StoreCounters {
  /** Connections that follow an answer. */
  readers: number
  /** Messages that wait for their thread (`onBusy: 'wait'`). */
  waiting: number
  /** Events that were given by `respond()` and are not stored: where it grows, the database does not keep up. */
  unstoredEvents: number
}

/** What operators are told of a run that has ended; never a word of what was said. */
export interface RunEnd {
  runId: string
  threadId: string
  status: RunOutcome
  durationMs: number
  /** From its start to the first event that `respond()` gave; undefined where none came. */
  firstEventMs: number | undefined
  /** How many events it has sent. */
  events: number
  /** What `respond()` has set as `run.usage`. */
  usage?: RunUsage | undefined
}

/** A turn to be opened, and what answers it. */
export interface TurnPlan<TContext> {
  opening: Omit<TurnOpening, 'run' | 'maxActiveRuns'>
  /** The events with which the log begins, as JSON: they are there as soon as the turn is. */
  firstEvents: string[]
  metadata: Record<string, unknown>
  /** The languages that the client wants, the preferred one first. */
  locales: readonly string[]
  /** Sent before the answer; given the item that the step is about. */
  before: (thread: Thread, item: ThreadItem | undefined) => Promise<ThreadStreamEvent[]>
  respond: (turn: TurnBase<TContext>, item: ThreadItem | undefined) => AsyncIterable<ThreadStreamEvent>
  /** Whether the answer is stopped when this client leaves. */
  stopOnLeave: boolean
}

/** Opens turns and executes their runs: the only place that knows which runs are active in this process. */
export class RunManager<TContext> {
  readonly #options: RunManagerOptions<TContext>
  readonly #active: ActiveRuns
  readonly #opener: TurnOpener<TContext>
  readonly #backlog: Backlog
  #readers = 0
  #closing = false
  #shuttingDown = false
  /** Turns that are being opened. */
  #opening = 0
  /** Those who wait for the end of everything. */
  readonly #closers = new Set<() => void>()

  constructor(options: RunManagerOptions<TContext>) {
    this.#options = options
    const { store, onBusy, limits, onError } = options
    this.#active = new ActiveRuns({ store, onError })
    this.#opener = new TurnOpener({
      store,
      onBusy,
      limits,
      active: this.#active,
      followEnd: (runId, scope) => this.reader(runId, Number.MAX_SAFE_INTEGER, scope),
    })
    this.#backlog = new Backlog(limits.maxUnstoredBytes)
  }

  counters(): ServerCounters {
    return {
      ...this.#options.store.counters(),
      readers: this.#readers,
      waiting: this.#opener.waiting,
      unstoredEvents: this.#backlog.events,
    }
  }

  /** Opens the turn and gives a reader of its run. Rejects with a `ChatKitError`; then nothing was written. */
  async start(plan: TurnPlan<TContext>, scope: Scope<TContext>): Promise<RunReader> {
    if (this.#closing) throw closing()
    const { generateId, limits } = this.#options
    const runId = generateId('run')
    const opening: TurnOpening = {
      ...plan.opening,
      run: { id: runId, entries: plan.firstEvents.map((json, index) => ({ seq: index + 1, json })) },
      maxActiveRuns: limits.activeRunsPerOwner,
    }
    this.#opening += 1
    try {
      const opened = await this.#opener.open(opening, scope)
      if (opened.outcome === 'repeated') return this.reader(opened.run.id, 0, scope)
      return this.#execute(plan, opening, opened, scope)
    } finally {
      this.#opening -= 1
      this.#wakeClosers()
    }
  }

  /** Follows a run, of this process or another. */
  reader(runId: string, after: number, scope: Scope<TContext>, onLeave?: () => void): RunReader {
    const { store, present } = this.#options
    this.#readers += 1
    return createRunReader({
      runId,
      after,
      hub: this.#active.get(runId)?.hub,
      store,
      scope,
      onLeave,
      onDone: () => void (this.#readers -= 1),
      present: (item) => present(item, scope),
    })
  }

  /**
   * Stops the active run of a thread, or the run of a request's key; of a key whose message still waits for its thread,
   * the message. Gives whether there was something to stop: an answer whose end is being stored is over.
   */
  async stop(target: { threadId: string } | { key: string }, scope: Scope<TContext>): Promise<boolean> {
    if ('key' in target && (await this.#opener.withdraw(target.key, scope))) return true
    // Here nobody has to be asked: the signal fires before anything is waited for.
    const mine =
      'key' in target
        ? this.#active.ofKey(keyOf(target.key, scope))
        : this.#active.onThread(lineOf(target.threadId, scope))
    if (mine?.execution.interrupt('stop')) return true
    const run = await this.#options.store.requestStop(target, scope)
    if (!run) return false
    return this.#active.get(run.id)?.execution.interrupt('stop') ?? true
  }

  /** When everything of a run is stored; never rejects. Undefined where this process does not execute it. */
  finished(runId: string): Promise<void> | undefined {
    return this.#active.get(runId)?.finished
  }

  /** Ends the run of a thread that was deleted. */
  threadDeleted(threadId: string): void {
    for (const { ref, execution } of this.#active.all()) {
      if (ref.threadId === threadId) execution.interrupt('deleted')
    }
  }

  /** Takes no new turns, gives those under way their time, then ends them and waits until they are stored. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    this.#opener.close()
    const timer = setTimeout(() => this.#shutDown(), clampMs(graceMs))
    while (this.#opening > 0 || this.#active.size > 0) {
      await new Promise<void>((resolve) => void this.#closers.add(resolve))
    }
    clearTimeout(timer)
  }

  #wakeClosers(): void {
    for (const wake of this.#closers) wake()
    this.#closers.clear()
  }

  #shutDown(): void {
    this.#shuttingDown = true
    for (const { execution } of this.#active.all()) execution.interrupt('shutdown')
  }

  #execute(
    plan: TurnPlan<TContext>,
    opening: TurnOpening,
    { thread, item }: Extract<LetIn, { outcome: 'opened' }>,
    scope: Scope<TContext>,
  ): RunReader {
    const { store, limits, generateId, now, transformOutput, onRunStart, onRunEnd } = this.#options
    const ref: RunRef = { id: opening.run.id, threadId: thread.id }
    const ids = { runId: ref.id, threadId: ref.threadId }
    const abort = new AbortController()
    const hub = new RunHub(0)
    hub.publish(opening.run.entries)
    const turnStore = bindStore(store, { ...scope, run: ref })
    const told: OutputTurn<TContext> = {
      thread,
      context: scope.context,
      metadata: plan.metadata,
      locale: plan.locales[0],
      signal: abort.signal,
      generateId,
      now,
    }
    const filter = OutputFilter.of(transformOutput, told)
    const turn: TurnBase<TContext> = {
      ...told,
      store: filter?.store(turnStore) ?? turnStore,
      run: { id: ref.id },
    }
    const execution = new RunExecution({
      run: ref,
      hub,
      backlog: this.#backlog,
      store,
      turnStore,
      thread,
      before: () => plan.before(thread, item),
      respond: () => plan.respond(turn, item),
      filter,
      abort,
      limits,
      stopNote: () => this.#options.say({ key: 'stop_note' }, plan.locales),
      generateId,
      now,
      onError: (error) => this.#options.onError(error, ids),
    })
    onRunStart(ids)
    const startedMs = performance.now()
    const end = async (): Promise<void> => {
      const status = await execution.run()
      this.#active.delete(ref.id)
      this.#opener.wake(lineKey)
      this.#wakeClosers()
      const { events, firstEventAtMs } = execution
      const firstEventMs = firstEventAtMs === undefined ? undefined : firstEventAtMs - startedMs
      const durationMs = performance.now() - startedMs
      onRunEnd({ ...ids, status, durationMs, firstEventMs, events, usage: turn.run.usage })
    }
    const lineKey = lineOf(ref.threadId, scope)
    const key = opening.key && keyOf(opening.key.key, scope)
    this.#active.add({ ref, lineKey, key, hub, execution, finished: end() })
    if (this.#shuttingDown) execution.interrupt('shutdown')
    return this.reader(ref.id, 0, scope, plan.stopOnLeave ? () => execution.interrupt('stop') : undefined)
  }
}
