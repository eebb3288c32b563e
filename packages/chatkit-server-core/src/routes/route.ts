import type { AttachmentStore } from '../attachments/attachment-store.ts'
import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { RequestOf, RequestType } from '../protocol/requests.ts'
import type { RunManager } from '../runs/run-manager.ts'
import type { RunReader } from '../runs/run-reader.ts'
import type { GenerateId } from '../store/generate-id.ts'
import type { Scope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { TurnStore } from '../store/turn-store.ts'
import type { TransformOutput } from '../transform-output.ts'
import type {
  ActionParser,
  ActionTurn,
  FeedbackInput,
  StreamOptionsInput,
  SyncActionInput,
  TranscribeInput,
  Turn,
} from '../turn.ts'
import type { ThreadItem } from '../protocol/items.ts'

/** A hook that a server may leave out. */
export type OptionalHook = 'action' | 'syncAction' | 'transcribe'

/** The methods of a server that its subclass writes. */
export interface ServerHooks<TContext> {
  implements: (hook: OptionalHook) => boolean
  respond: (turn: Turn<TContext>) => AsyncIterable<ThreadStreamEvent>
  action: (turn: ActionTurn<TContext>) => AsyncIterable<ThreadStreamEvent>
  syncAction: (input: SyncActionInput<TContext>) => Promise<ThreadItem | undefined>
  addFeedback: (input: FeedbackInput<TContext>) => Promise<void>
  transcribe: (input: TranscribeInput<TContext>) => Promise<{ text: string }>
  streamOptions: (
    input: StreamOptionsInput<TContext>,
  ) => { allow_cancel: boolean } | Promise<{ allow_cancel: boolean }>
}

/** What a server allows in `inference_options`. A list that is not given allows everything. */
export interface InferenceAllowList {
  models?: readonly string[]
  toolChoices?: readonly string[]
}

/** What every route works with: bound to who is asking, so that no route can reach anybody else's rows. */
export interface RouteContext<TContext> {
  scope: Scope<TContext>
  /** Bound to the scope. */
  store: TurnStore
  /** What of the store is about runs; takes the scope. */
  runStore: Pick<Store<TContext>, 'activeRun' | 'readEvents'>
  runs: RunManager<TContext>
  hooks: ServerHooks<TContext>
  attachmentStore: AttachmentStore<TContext> | undefined
  inferenceOptions: InferenceAllowList
  actions: ActionParser | undefined
  transformOutput: TransformOutput<TContext> | undefined
  generateId: GenerateId
  now: () => Date
  /** The client's idempotency key, with a hash of the body that came with it. */
  key: { key: string; bodyHash: string } | undefined
  /** The languages that the client wants, the preferred one first. */
  locales: readonly string[]
  /** Whether the answer is stopped when the client leaves. */
  stopOnLeave: boolean
  /** Fires when the client has gone. */
  signal: AbortSignal
  /** For what fails once something was written: the request has succeeded, and is not to be sent again. */
  onError: (error: unknown, ids: { threadId?: string }) => void
}

/** The answer to a request: one JSON value, or the events of a run. */
export type Reply =
  /** `cursor` (`run_id:seq`) says how far the text of an answer under way is included. */
  { kind: 'json'; json: string; cursor?: string | undefined } | { kind: 'stream'; reader: RunReader }

/** Prepares and answers one operation. Rejects with a `ChatKitError` as long as nothing was written. */
export type Route<T extends RequestType> = <TContext>(
  request: RequestOf<T>,
  context: RouteContext<TContext>,
) => Promise<Reply>
