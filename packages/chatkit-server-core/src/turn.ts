import type { UserMessageItem, WidgetItem } from './protocol/items.ts'
import type { Thread } from './protocol/threads.ts'
import type { GenerateId } from './store/generate-id.ts'
import type { TurnStore } from './store/turn-store.ts'

/** What a hook that answers with a stream is given: one turn of one thread. */
export interface TurnBase<TContext> {
  /**
   * The thread, the turn's own copy. Changing its title, status, image domains or metadata in place saves the
   * changed fields and tells the client.
   */
  readonly thread: Thread
  /** What `authenticate` returned. */
  readonly context: TContext
  /** The `metadata` of the request's body, as the client sent it: nothing in it can be trusted. */
  readonly metadata: Record<string, unknown>
  /**
   * The language that the client prefers (`Accept-Language`), as a BCP 47 tag like `de-CH`; undefined where it says
   * nothing. A wish of the browser: what the application knows of the user goes before it.
   */
  readonly locale: string | undefined
  /** Fires when the answer is no longer wanted. Hand it to whatever costs time or money. */
  readonly signal: AbortSignal
  /** The store, limited to who is asking. Once the run is over, it refuses to write. */
  readonly store: TurnStore
  /** Mints ids for items and tasks. */
  readonly generateId: GenerateId
  /** The server's clock. */
  readonly now: () => Date
  /** `usage` is the application's to set: `onRunEnd` is told of it. */
  readonly run: { readonly id: string; usage?: RunUsage }
}

/** What a model has cost. Whatever is not known is absent. */
export interface RunUsage {
  /** Whether the tokens are those of the whole answer; false for one that was cut off. */
  isComplete: boolean
  /** As the model's API names it. */
  model?: string
  inputTokens?: number
  outputTokens?: number
  totalTokens?: number
  /** From the beginning of the agent's run to its first word, retries included. */
  firstTokenMs?: number
}

/** What `respond()` is given. */
export interface Turn<TContext> extends TurnBase<TContext> {
  /** The message to answer; undefined where the turn goes on after a client tool's output or an answered form. */
  readonly userMessage: UserMessageItem | undefined
}

/** What a button, form or page asks the server to do. Its payload can be forged: parse it. */
export interface Action {
  type: string
  payload?: unknown
}

/** What knows the actions of a server. `parse` throws a `ChatKitError` for any other. */
export interface ActionParser {
  parse: (action: Action) => unknown
}

/** What `action()` is given. */
export interface ActionTurn<TContext> extends TurnBase<TContext> {
  readonly action: Action
  /** The widget whose part was used; undefined for an action of the page itself. */
  readonly sender: WidgetItem | undefined
}

/** What `syncAction()` is given. */
export type SyncActionInput<TContext> = Omit<ActionTurn<TContext>, 'run'>

/** What `addFeedback()` is given, after it was stored. */
export interface FeedbackInput<TContext> {
  readonly threadId: string
  readonly itemIds: readonly string[]
  readonly kind: 'positive' | 'negative'
  readonly context: TContext
}

/** What `transcribe()` is given. */
export interface TranscribeInput<TContext> {
  readonly audio: Uint8Array
  /** As the client sent it, `audio/webm;codecs=opus`. */
  readonly mimeType: string
  /** Without its parameters, `audio/webm`. */
  readonly mediaType: string
  readonly context: TContext
  readonly signal: AbortSignal
}

/** What `streamOptions()` is given. */
export interface StreamOptionsInput<TContext> {
  readonly thread: Thread
  readonly context: TContext
}
