import type { AttachmentStore } from './attachments/attachment-store.ts'
import { ChatKitError, type ErrorCode } from './errors.ts'
import { say, type MessageCatalogues, type ServerWords } from './messages/messages.ts'
import type { ThreadStreamEvent } from './protocol/events.ts'
import type { ThreadItem } from './protocol/items.ts'
import { opensTurn } from './protocol/opens-turn.ts'
import { parseRequest } from './protocol/parse-request.ts'
import type { ChatKitRequest } from './protocol/requests.ts'
import { resumeAt } from './routes/resume.ts'
import { signItem } from './routes/present.ts'
import { routeRequest } from './routes/route-request.ts'
import type { InferenceAllowList, OptionalHook, Reply, RouteContext, ServerHooks } from './routes/route.ts'
import { DEFAULT_LIMITS, type RunLimits } from './runs/run-limits.ts'
import { RunManager, type ServerCounters } from './runs/run-manager.ts'
import type { BusyPolicy } from './runs/turn-opener.ts'
import { logError, quietly, type ErrorIds, type OperatorHooks } from './server-hooks.ts'
import { generateId, type GenerateId } from './store/generate-id.ts'
import type { OwnerOf, Scope } from './store/scope.ts'
import type { Store } from './store/store.ts'
import { bindStore } from './store/turn-store.ts'
import type { TransformOutput } from './transform-output.ts'
import type {
  ActionParser,
  ActionTurn,
  FeedbackInput,
  StreamOptionsInput,
  SyncActionInput,
  TranscribeInput,
  Turn,
} from './turn.ts'

/**
 * What becomes of an answer whose client leaves. `finish`: it goes on. `stop`: it is stopped, as if the user had
 * asked for it. `auto`: it goes on for clients that say when they stop (see `chatKitFetch`), and is stopped for others.
 */
export type DisconnectPolicy = 'auto' | 'finish' | 'stop'

export interface ChatKitServerOptions<TContext> {
  store: Store<TContext>
  /**
   * Who is asking: the id under which rows are kept, or `{ owner, tenant }`. Everything that the server reads and
   * writes is limited by it, so it must come from what `authenticate` proved, never from the body.
   */
  owner: (context: TContext) => OwnerOf
  /** Where the bytes of attachments are. Without it there are none. */
  attachmentStore?: AttachmentStore<TContext>
  /** What a message does to a thread that is being answered. Default `interrupt`. */
  onBusy?: BusyPolicy
  /** Default `auto`. */
  onDisconnect?: DisconnectPolicy
  limits?: Partial<RunLimits>
  /** Which models and tools a client may ask for. A list that is not given allows all. */
  inferenceOptions?: InferenceAllowList
  /** Mints the ids of threads, items and runs. Default: prefix, time and 100 random bits, sorting by time. */
  generateId?: GenerateId
  /** The clock behind every `created_at`. */
  clock?: () => Date
  /**
   * The actions that the server knows (see `defineActions` in `./widgets`): one that it does not parse is refused
   * before anything is written. Without it `action()` and `syncAction()` get whatever a client sends.
   */
  actions?: ActionParser
  /**
   * Sees everything that an answer says before it is stored or sent, for redaction, moderation, or links: each event
   * of `respond()` and `action()`, the item of `syncAction()`, what they save through their `store`, changes of the
   * thread (as `thread.updated`), the words of a message that stays unfinished (as `thread.item.done`, besides its
   * deltas), and the words of an error. May take its time; a limit or a stop does not wait for it.
   *
   * A delta is a piece of text that may begin and end anywhere. What must be seen as a whole has to be held back
   * until it is whole, and taken into a later delta.
   *
   * Where it throws, the answer fails: nothing that it has not passed is stored or sent. A change of the thread that
   * is dropped is saved without its words, and an error that is dropped is told without them.
   */
  transformOutput?: TransformOutput<TContext>
  /**
   * The server's own words in other languages, or other ones in English (`en`): by BCP 47 tags, those of `MESSAGES`
   * that are to be said differently. Which language it is, the client says (`Accept-Language`).
   */
  messages?: MessageCatalogues
  hooks?: OperatorHooks<TContext>
}

/** What a request brings besides its body and who is asking. */
export interface ProcessOptions {
  /** The same key with the same body never opens a second turn, for 24 hours. */
  idempotencyKey?: string | undefined
  /** The id of the last event that the client has seen: the request resumes that run and opens nothing. */
  lastEventId?: string | undefined
  /** Whether the client says by itself when it stops an answer, so that its leaving means nothing. */
  clientFinishes?: boolean | undefined
  /** The languages that are wanted, as BCP 47 tags, the preferred one first. */
  locales?: readonly string[] | undefined
  requestId?: string | undefined
  /** Fires when the client has gone. */
  signal?: AbortSignal | undefined
  /**
   * Given the end of the answer that this process writes for the request: a promise that never rejects. For
   * platforms that freeze a process once its response is over.
   */
  waitUntil?: ((promise: Promise<void>) => unknown) | undefined
}

/**
 * A ChatKit server. Subclass it and write `respond()`; everything else (protocol, persistence, ownership, runs) is
 * here. Framework-free: `createChatKitHandler` puts it behind HTTP.
 */
export abstract class ChatKitServer<TContext> {
  readonly #options: ChatKitServerOptions<TContext>
  readonly #hooks: ServerHooks<TContext>
  readonly #generateId: GenerateId
  readonly #now: () => Date
  readonly #runs: RunManager<TContext>
  readonly #onError: (error: unknown, ids: ErrorIds) => void

  constructor(options: ChatKitServerOptions<TContext>) {
    const { store, limits, hooks, onBusy = 'interrupt' } = options
    this.#options = options
    this.#generateId = options.generateId ?? ((kind) => generateId(kind))
    this.#now = options.clock ?? (() => new Date())
    this.#onError = quietly(hooks?.onError ?? logError)
    this.#hooks = {
      implements: (hook) => this.implements(hook),
      respond: (turn) => this.respond(turn),
      action: (turn) => this.action(turn),
      syncAction: (input) => this.syncAction(input),
      addFeedback: (input) => this.addFeedback(input),
      transcribe: (input) => this.transcribe(input),
      streamOptions: (input) => this.streamOptions(input),
    }
    this.#runs = new RunManager({
      store,
      onBusy,
      limits: { ...DEFAULT_LIMITS, ...withoutUndefined(limits ?? {}) },
      transformOutput: options.transformOutput,
      say: (words, locales) => this.#say(words, locales),
      generateId: this.#generateId,
      now: this.#now,
      onRunStart: quietly(hooks?.onRunStart),
      onRunEnd: quietly(hooks?.onRunEnd),
      onError: this.#onError,
      present: (item, scope) => signItem(item, { attachmentStore: options.attachmentStore, scope }),
    })
  }

  /**
   * Answers one turn. Each event is stored before a client sees it. Throw a `StreamError` to tell the user why there
   * is no answer; any other error reaches them without its words.
   */
  abstract respond(turn: Turn<TContext>): AsyncIterable<ThreadStreamEvent>

  /** Answers an action of a widget or of the page, as `respond()` answers a message. */
  action(_turn: ActionTurn<TContext>): AsyncIterable<ThreadStreamEvent> {
    throw notImplemented('action')
  }

  /** Answers an action at once, with the widget as it is now. What is given is sent and not stored. */
  syncAction(_input: SyncActionInput<TContext>): Promise<ThreadItem | undefined> {
    throw notImplemented('syncAction')
  }

  /** Told of feedback after it was stored. */
  async addFeedback(_input: FeedbackInput<TContext>): Promise<void> {}

  /** Turns dictation into text. */
  transcribe(_input: TranscribeInput<TContext>): Promise<{ text: string }> {
    throw notImplemented('transcribe')
  }

  /** What the client may do while an answer streams. */
  streamOptions(
    _input: StreamOptionsInput<TContext>,
  ): { allow_cancel: boolean } | Promise<{ allow_cancel: boolean }> {
    return { allow_cancel: true }
  }

  /** Whether the subclass has written a hook that may be left out. */
  implements(hook: OptionalHook): boolean {
    return this[hook] !== ChatKitServer.prototype[hook]
  }

  /**
   * One request of the protocol, given as JSON text or as what it parsed to. Rejects with a `ChatKitError`
   * (`request_invalid`, `thread_not_found`, …) before anything was written.
   */
  async process(body: string | object, context: TContext, options: ProcessOptions = {}): Promise<Reply> {
    const startedMs = performance.now()
    let request: ChatKitRequest | undefined
    let outcome: 'ok' | ChatKitError['code'] = 'ok'
    try {
      request = parseRequest(body)
      const reply = await this.#answer(request, body, context, options)
      const finished = reply.kind === 'stream' ? this.#runs.finished(reply.reader.runId) : undefined
      if (finished) quietly(options.waitUntil)(finished)
      return reply
    } catch (error) {
      outcome = ChatKitError.isInstance(error) ? error.code : 'internal'
      throw error
    } finally {
      quietly(this.#options.hooks?.onRequest)({
        requestId: options.requestId,
        type: request?.type,
        outcome,
        durationMs: performance.now() - startedMs,
      })
    }
  }

  /** Tells `onRequest` of a request that was refused before it came to `process()`; never throws. */
  reportRefusal(requestId: string, code: ErrorCode, durationMs: number): void {
    quietly(this.#options.hooks?.onRequest)({ requestId, type: undefined, outcome: code, durationMs })
  }

  /** The message of a refusal in the first of the languages that there is; an application's own as it is. */
  wordsOf(error: ChatKitError, locales: readonly string[] = []): string {
    return error.words ? this.#say(error.words, locales) : error.message
  }

  /** Hands an error to the log hook; never throws. */
  reportError(error: unknown, ids: ErrorIds): void {
    this.#onError(error, ids)
  }

  /** For dashboards: what was written since the store was opened, and what is under way now. */
  counters(): ServerCounters {
    return this.#runs.counters()
  }

  /**
   * Takes no new turns, gives the answers under way `graceMs` to finish, then ends them and waits until what they
   * have is stored. The store stays open: who opened it closes it.
   */
  async close({ graceMs = 10_000 }: { graceMs?: number } = {}): Promise<void> {
    await this.#runs.close(graceMs)
  }

  #say(words: ServerWords, locales: readonly string[]): string {
    return say(words, locales, this.#options.messages)
  }

  async #answer(
    request: ChatKitRequest,
    body: string | object,
    context: TContext,
    options: ProcessOptions,
  ): Promise<Reply> {
    const {
      store,
      owner,
      attachmentStore,
      inferenceOptions = {},
      onDisconnect = 'auto',
      hooks,
    } = this.#options
    const scope = scopeOf(owner(context), context)
    const limited = await hooks?.rateLimit?.({
      type: request.type,
      context,
      owner: scope.owner,
      tenant: scope.tenant,
    })
    if (limited) {
      throw new ChatKitError('rate_limited', { key: 'requests_too_many' }, limited)
    }
    checkKey(options.idempotencyKey)
    const { idempotencyKey: key, lastEventId, clientFinishes = false } = options
    const opens = opensTurn.has(request.type)
    const routeContext: RouteContext<TContext> = {
      scope,
      store: bindStore(store, scope),
      runStore: store,
      runs: this.#runs,
      hooks: this.#hooks,
      attachmentStore,
      inferenceOptions,
      actions: this.#options.actions,
      transformOutput: this.#options.transformOutput,
      generateId: this.#generateId,
      now: this.#now,
      key: opens && key ? { key, bodyHash: await hashOf(body) } : undefined,
      locales: options.locales ?? [],
      stopOnLeave: onDisconnect === 'stop' || (onDisconnect === 'auto' && !clientFinishes),
      signal: options.signal ?? NEVER,
      onError: (error, ids) =>
        this.#onError(error, { ...ids, ...(options.requestId ? { requestId: options.requestId } : {}) }),
    }
    // A stream that was cut is asked for again with the request that began it, whatever place its body names.
    if (lastEventId && (opens || request.type === 'threads.resume')) {
      return { kind: 'stream', reader: await resumeAt(lastEventId, routeContext) }
    }
    return routeRequest(request, routeContext)
  }
}

/** As long as a key in the body of `threads.stop` may be. */
const MAX_KEY = 200

const withoutUndefined = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined)) as Partial<T>

const NEVER = new AbortController().signal

function scopeOf<TContext>(owner: OwnerOf, context: TContext): Scope<TContext> {
  const of = typeof owner === 'string' ? { owner } : owner
  if (typeof of.owner !== 'string' || of.owner === '') {
    throw new TypeError('owner(context) gave no id: it must return a non-empty string, or { owner, tenant }.')
  }
  return { ...of, context }
}

function checkKey(key: string | undefined): void {
  if (key === undefined || key.length <= MAX_KEY) return
  const issues = [{ path: 'idempotency-key', message: `is longer than ${MAX_KEY} characters` }]
  throw new ChatKitError(
    'request_invalid',
    { key: 'idempotency_key_too_long', facts: { maxChars: MAX_KEY } },
    { issues },
  )
}

async function hashOf(body: string | object): Promise<string> {
  const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const notImplemented = (hook: OptionalHook): ChatKitError =>
  new ChatKitError('hook_not_implemented', { key: 'hook_not_implemented', facts: { hook } })
