import type { ThreadStreamEvent } from './protocol/events.ts'
import { parseRequest } from './protocol/parse-request.ts'
import { routeRequest } from './routes/route-request.ts'
import type { Reply } from './routes/route.ts'
import { ActiveRuns } from './runs/active-runs.ts'
import { createTurnRunner } from './runs/turn-runner.ts'
import { generateId, type GenerateId } from './store/generate-id.ts'
import type { OwnerOf, Scope } from './store/scope.ts'
import type { Store } from './store/store.ts'
import { bindStore } from './store/turn-store.ts'
import type { Turn } from './turn.ts'

export interface ChatKitServerOptions<TContext> {
  store: Store<TContext>
  /**
   * Who is asking: the id under which rows are kept, or `{ owner, tenant }`. Everything that the server reads and
   * writes is limited by it, so it must come from what `authenticate` proved, never from the body.
   */
  owner: (context: TContext) => OwnerOf
  /** Mints the ids of threads, items and runs. Default: prefix, time and 100 random bits, sorting by time. */
  generateId?: GenerateId
  /** The clock behind every `created_at`. */
  now?: () => Date
  /**
   * Told of everything that went wrong and was not the client's doing, with the error itself. Default: one line
   * on the console, without the content of messages.
   */
  onError?: (error: unknown, ids: ErrorIds) => void
}

/** Where something went wrong; what is not known is left out. */
export interface ErrorIds {
  threadId?: string
  runId?: string
  requestId?: string
}

/**
 * A ChatKit server. Subclass it and write `respond()`; everything else (protocol, persistence, ownership, order)
 * is here. Framework-free: `createChatKitHandler` puts it behind HTTP.
 */
export abstract class ChatKitServer<TContext> {
  readonly #options: Required<Omit<ChatKitServerOptions<TContext>, 'generateId'>> & { generateId: GenerateId }
  readonly #runs = new ActiveRuns()

  constructor(options: ChatKitServerOptions<TContext>) {
    this.#options = {
      ...options,
      generateId: options.generateId ?? ((kind) => generateId(kind)),
      now: options.now ?? (() => new Date()),
      onError: options.onError ?? logError,
    }
  }

  /**
   * Answers one turn. Each event is stored before a client sees it, and the answer goes on when the client leaves.
   * Throw a `StreamError` to tell the user why there is no answer; any other error reaches them without its words.
   */
  abstract respond(turn: Turn<TContext>): AsyncIterable<ThreadStreamEvent>

  /**
   * One request of the protocol, given as JSON text or as what it parsed to. Rejects with a `ChatKitError`
   * (`request_invalid`, `thread_not_found`, …) before anything was written.
   */
  async process(body: string | object, context: TContext): Promise<Reply> {
    const request = parseRequest(body)
    const { store, generateId: newId, now, onError, owner } = this.#options
    const scope = scopeOf(owner(context), context)
    const respond = (turn: Turn<TContext>): AsyncIterable<ThreadStreamEvent> => this.respond(turn)
    const turns = createTurnRunner({
      store,
      scope,
      respond,
      generateId: newId,
      now,
      runs: this.#runs,
      onError,
    })
    return routeRequest(request, { store: bindStore(store, scope), turns })
  }

  /** Hands an error to the log hook; never throws. */
  reportError(error: unknown, ids: ErrorIds): void {
    this.#options.onError(error, ids)
  }

  /**
   * Takes no new messages, gives the answers under way `graceMs` to finish, then fires their signals and waits
   * until what they have is stored. The store stays open: who opened it closes it.
   */
  async close({ graceMs = 10_000 }: { graceMs?: number } = {}): Promise<void> {
    await this.#runs.close(graceMs)
  }
}

function scopeOf<TContext>(owner: OwnerOf, context: TContext): Scope<TContext> {
  const of = typeof owner === 'string' ? { owner } : owner
  if (typeof of.owner !== 'string' || of.owner === '') {
    throw new TypeError('owner(context) gave no id: it must return a non-empty string, or { owner, tenant }.')
  }
  return { ...of, context }
}

function logError(error: unknown, ids: ErrorIds): void {
  console.error('chatkit:', ids, error)
}
