import { ChatKitError } from '../errors.ts'
import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { AssistantMessageItem, SdkHiddenContextItem, ThreadItem } from '../protocol/items.ts'
import { threadForClient, toJson } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { GenerateId } from '../store/generate-id.ts'
import { RunEndedError } from '../store/run-ended-error.ts'
import type { RunRef } from '../store/scope.ts'
import type { LogEntry, RunEnding, Store } from '../store/store.ts'
import { isUnavailable } from './is-unavailable.ts'
import type { OutputFilter } from './output-filter.ts'
import type { PendingItems } from './pending-items.ts'
import type { EventPuller, Interruption } from './pull-events.ts'
import type { RunHub } from './run-hub.ts'
import type { RunLog } from './run-log.ts'
import type { ThreadSaver } from './thread-saver.ts'
import { toErrorEvent } from './to-error-event.ts'

export interface RunCloserOptions {
  run: RunRef
  store: Pick<Store, 'closeRun'>
  hub: RunHub
  log: RunLog
  puller: EventPuller
  pending: PendingItems
  thread: ThreadSaver
  filter: OutputFilter | undefined
  abort: AbortController
  /** What the model is told of an answer that the user stopped. */
  stopNote: () => string
  generateId: GenerateId
  now: () => Date
  onError: (error: unknown) => void
}

/** How a run ended; `lost` where somebody else ended it, and nothing was written here. */
export type RunOutcome = RunEnding['status'] | 'lost'

/** How long to wait before an end is tried again. */
const RETRY_DELAYS_MS = [50, 500, 2_000]

/** Ends a run, whatever it came to: what it has said is kept, and the thread is free. */
export class RunCloser {
  readonly #options: RunCloserOptions
  #partial: Promise<AssistantMessageItem[]> | undefined
  /** Saved with the end, of which readers are not told yet. */
  #saved: Thread | undefined
  #isDecided = false

  constructor(options: RunCloserOptions) {
    this.#options = options
  }

  /** How it ends is decided: whoever comes now comes too late. */
  get isDecided(): boolean {
    return this.#isDecided
  }

  /** `respond()` has ended, or was interrupted. What this rejects with is for `fail`. */
  async close(end: Interruption | undefined): Promise<RunOutcome> {
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

  /** Something has thrown. Never rejects. */
  async fail(error: unknown): Promise<RunOutcome> {
    const { abort, puller, log, onError, filter } = this.#options
    this.#isDecided = true
    abort.abort(error)
    await puller.close()
    await log.settle()
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
        return await (isBare ? this.#endBare(event) : this.#end('failed', event))
      } catch (failure) {
        // A store that is away takes the words, too, once it is back; what it refuses it would refuse again.
        isBare ||= !isUnavailable(failure)
        if (delayMs === undefined || isBare) onError(failure)
        if (delayMs !== undefined) await sleep(delayMs)
      }
    }
    return 'lost'
  }

  #endBare(event: ThreadStreamEvent): Promise<RunOutcome> {
    return this.#write('failed', [], [event])
  }

  /** One write: the words of unfinished messages, the note of a stop, the last events and the end. */
  async #end(wanted: RunEnding['status'], last: ThreadStreamEvent | undefined): Promise<RunOutcome> {
    const { thread, log, puller } = this.#options
    this.#saved = (await thread.save()) ?? this.#saved
    const partial = await this.#partialMessages()
    await log.settle()
    // A stop that came while the last of it was being stored is a stop. One that comes from now on is told that the
    // answer is over.
    const status = wanted === 'completed' && puller.interruption === 'stop' ? 'stopped' : wanted
    this.#isDecided = true
    // Who stopped an answer has it on the screen as it is: no event repeats it.
    const told: ThreadStreamEvent[] = status === 'stopped' ? [] : partial.map(done)
    if (last) told.push(last)
    if (this.#saved) told.push({ type: 'thread.updated', thread: threadForClient(this.#saved) })
    const items: ThreadItem[] = status === 'stopped' ? [...partial, this.#stopNote()] : partial
    return this.#write(status, items, told)
  }

  async #write(
    status: RunEnding['status'],
    items: ThreadItem[],
    told: readonly ThreadStreamEvent[],
  ): Promise<RunOutcome> {
    const { store, run, log } = this.#options
    const entries = told.map((event) => log.number(toJson(event)))
    if (!(await store.closeRun(run, { status, items, entries }))) return 'lost'
    this.#publish(entries)
    return status
  }

  /** Where a write before these events may have been made, readers must not pass over it: they look in the store. */
  #publish(entries: readonly LogEntry[]): void {
    if (!this.#options.log.isUnsure) this.#options.hub.publish(entries)
  }

  /** The words of unfinished messages, once the hook has seen each as a whole: asked again, it is not. */
  #partialMessages(): Promise<AssistantMessageItem[]> {
    const collect = async (): Promise<AssistantMessageItem[]> => {
      const { filter, pending } = this.#options
      const partial = pending.partialMessages()
      return (filter ? await filter.messages(partial) : partial).map(mendedMessage)
    }
    return (this.#partial ??= collect())
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
    'The answer was ended: the database was not reached for as long as a lease, and other servers may take the run over.',
  idle: 'The answer was ended: nothing came for as long as limits.idleMs allows.',
  time: 'The answer was ended: it took longer than limits.maxRunMs allows.',
  output: 'The answer was ended: it is longer than limits.maxOutputBytes allows.',
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

const done = (item: AssistantMessageItem): ThreadStreamEvent => ({ type: 'thread.item.done', item })

// A half of a character at the cut is no character.
const mendedMessage = (item: AssistantMessageItem): AssistantMessageItem => ({
  ...item,
  content: item.content.map((part) => ({ ...part, text: part.text.toWellFormed() })),
})

const isLost = (error: unknown): boolean =>
  RunEndedError.isInstance(error) || (ChatKitError.isInstance(error) && error.code === 'thread_not_found')
