import {
  ChatKitServer,
  generateId,
  StreamError,
  streamWidget,
  threadStreamEventSchema,
  type ActionTurn,
  type FeedbackInput,
  type GenerateId,
  type Store,
  type StreamOptionsInput,
  type SyncActionInput,
  type ThreadItem,
  type ThreadStreamEvent,
  type TranscribeInput,
  type Turn,
  type TurnBase,
} from '../../src/index.ts'
import { isHidden, threadItemSchema } from '../../src/protocol/items.ts'
import { threadStatusSchema } from '../../src/protocol/threads.ts'
import { widgetRootSchema } from '../../src/protocol/widgets.ts'
import { attachmentsDouble, withSignedUrls } from './attachments-double.ts'
import { type Pacing, untilAborted } from './pacing.ts'
import type { Operation, Script } from './recording.ts'
import { withoutNulls } from './without-nulls.ts'

export interface Person {
  userId: string
}

export type HookCall = { hook: string } & Record<string, unknown>

/** How long a hook may say nothing: far longer than any script needs. */
const IDLE_MS = 3_000

/** A server whose hooks do what a recording's script says, and note what they were given. */
export class ScriptedServer extends ChatKitServer<Person> {
  /** The hooks called since it was emptied. */
  calls: HookCall[] = []
  /** Set while a request is to be stopped. */
  pacing: Pacing | undefined
  readonly #script: Script
  readonly #turns = { respond: 0, action: 0, sync_action: 0, transcribe: 0 }

  constructor(script: Script, store: Store<Person>, clock: () => Date) {
    super({
      store,
      owner: ({ userId }) => userId,
      attachmentStore: attachmentsDouble,
      generateId: countingIds(),
      clock,
      limits: { idleMs: IDLE_MS },
      hooks: { onError: () => {} },
    })
    this.#script = script
  }

  override async *respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    this.#note('respond', { user_message: turn.userMessage && withSignedUrls(turn.userMessage) })
    yield* this.#run(this.#next('respond'), turn)
  }

  override async *action(turn: ActionTurn<Person>): AsyncGenerator<ThreadStreamEvent> {
    this.#note('action', { action: turn.action, sender: turn.sender })
    yield* this.#run(this.#next('action'), turn)
  }

  override async syncAction(input: SyncActionInput<Person>): Promise<ThreadItem | undefined> {
    this.#note('sync_action', { action: input.action, sender: input.sender })
    const item = this.#next('sync_action')
    return item === null ? undefined : threadItemSchema.parse(filledIn(item, input))
  }

  override async addFeedback(input: FeedbackInput<Person>): Promise<void> {
    this.#note('add_feedback', { thread_id: input.threadId, item_ids: input.itemIds, kind: input.kind })
  }

  override async transcribe(input: TranscribeInput<Person>): Promise<{ text: string }> {
    const { audio, mimeType, mediaType } = input
    const bytes = btoa(String.fromCharCode(...audio))
    this.#note('transcribe', { bytes_base64: bytes, mime_type: mimeType, media_type: mediaType })
    return { text: this.#next('transcribe') }
  }

  override async streamOptions(input: StreamOptionsInput<Person>): Promise<{ allow_cancel: boolean }> {
    const { allow_cancel } = this.#script
    return allow_cancel === undefined ? super.streamOptions(input) : { allow_cancel }
  }

  #note(hook: string, given: Record<string, unknown>): void {
    const entries = Object.entries(given).map(([key, value]) => [key, withoutNulls(value) ?? null] as const)
    this.calls.push({ hook, ...Object.fromEntries(entries) })
  }

  /** What the script has for this call of the hook. */
  #next<H extends keyof Omit<Script, 'allow_cancel'>>(hook: H): Script[H][number] {
    const turn = this.#turns[hook]++
    const list: Script[H] = this.#script[hook]
    const entry: Script[H][number] | undefined = list[turn]
    if (entry === undefined) throw new Error(`The script has nothing for call ${turn + 1} of ${hook}.`)
    return entry
  }

  /** The operations' events; those of a request that is to be stopped in lock step with its client. */
  async *#run(operations: Operation[], turn: TurnBase<Person>): AsyncGenerator<ThreadStreamEvent> {
    const { pacing } = this
    const events = perform(operations, turn)
    if (!pacing) return yield* events
    await pacing.until({ type: 'stream_options' }, turn.signal)
    let before = announced(turn)
    for await (const event of events) {
      yield event
      if (!('item' in event && isHidden(event.item))) await pacing.until(event, turn.signal)
      const now = announced(turn)
      if (now !== before) await pacing.until({ type: 'thread.updated' }, turn.signal)
      before = now
    }
  }
}

/** What a client is told of again when it changes. */
const announced = ({ thread }: TurnBase<Person>): string =>
  JSON.stringify([thread.title, thread.status, thread.allowed_image_domains, thread.metadata])

async function* perform(
  operations: Operation[],
  turn: TurnBase<Person>,
): AsyncGenerator<ThreadStreamEvent, void> {
  const { thread } = turn
  for (const operation of operations) {
    if ('emit' in operation) yield threadStreamEventSchema.parse(filledIn(operation.emit, turn))
    else if ('set_title' in operation) {
      if (operation.set_title === null) delete thread.title
      else thread.title = operation.set_title
    } else if ('set_metadata' in operation) thread.metadata = structuredClone(operation.set_metadata)
    else if ('merge_metadata' in operation) {
      Object.assign(thread.metadata, structuredClone(operation.merge_metadata))
    } else if ('set_status' in operation) thread.status = threadStatusSchema.parse(operation.set_status)
    else if ('set_allowed_image_domains' in operation) {
      if (operation.set_allowed_image_domains === null) delete thread.allowed_image_domains
      else thread.allowed_image_domains = [...operation.set_allowed_image_domains]
    } else if ('fail' in operation) throw new Error(operation.fail)
    else if ('fail_custom' in operation) {
      const { message, allow_retry: allowRetry = false } = operation.fail_custom
      throw new StreamError(message, { allowRetry })
    } else if ('fail_stream' in operation) throw streamError(operation.fail_stream)
    else if ('widget' in operation) {
      const { states, single, copy_text: copyText } = operation.widget
      const roots = states.map((state) => widgetRootSchema.parse(state))
      const [only] = roots
      const options = copyText === undefined ? {} : { copyText }
      yield* streamWidget(turn, single && only ? only : roots, options)
    } else await untilAborted(turn.signal)
  }
}

function streamError(given: unknown): StreamError {
  const allowRetry =
    typeof given === 'object' && given !== null && 'allow_retry' in given
      ? { allowRetry: given.allow_retry === true }
      : {}
  return new StreamError('The script fails.', { code: 'stream.error', ...allowRetry })
}

/** A value of the script with this turn's thread and time in it. */
function filledIn(value: unknown, { thread, now }: Pick<TurnBase<Person>, 'thread' | 'now'>): unknown {
  const text = JSON.stringify(withoutNulls(value), (_key, field: unknown) =>
    field === '$thread' ? thread.id : field === '<time>' ? now().toISOString() : field,
  )
  return JSON.parse(text)
}

/** Ids as in the recordings. A run's id draws from no counter. */
function countingIds(): GenerateId {
  const counts = new Map<string, number>()
  return (kind) => {
    if (kind === 'run') return generateId('run')
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${kind}_${count}`
  }
}
