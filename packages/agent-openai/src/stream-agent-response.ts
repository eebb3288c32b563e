import type { RunStreamEvent, StreamedRunResult } from '@openai/agents'
import type { EventOf, ThreadItem, ThreadStreamEvent, Turn, TurnBase } from '@robolearn/chatkit-server-core'
import type { AgentContext } from './agent-context.ts'
import { type AgentMessageCatalogues, sayTo, type SayMessage } from './agent-messages.ts'
import { createEmptyResponses } from './empty-responses.ts'
import { EventQueue } from './event-queue.ts'
import { toGuardrailTripped } from './guardrails/guardrail-tripped-error.ts'
import { resumeWorkflow } from './resume-workflow.ts'
import { keepImage, type SaveImage } from './save-image.ts'
import { settleWithin } from './settle-within.ts'
import { askClient } from './tools/client-calls.ts'
import { withSources } from './tools/with-sources.ts'
import { createModelEventReader } from './translate/adapters/to-model-events.ts'
import type { CitationConverters } from './translate/citations.ts'
import type { ModelEvent } from './translate/model-event.ts'
import { endWorkflow } from './translate/reasoning.ts'
import { initialState, type Translation, type Translator, type TranslateState } from './translate/state.ts'
import type { ToolEvent } from './translate/tool-event.ts'
import { translateToolEvent } from './translate/tool-events.ts'
import { translate, wholeMessage } from './translate/translate.ts'
import { type TurnRun, turnRunOf } from './turn-run.ts'
import { type Tokens, UsageMeter } from './usage-meter.ts'

/** How long an aborted run may take to come to rest before it is left alone. */
const SETTLE_MS = 1000

/** What is needed of a `StreamedRunResult`. */
export type AgentRun = Pick<StreamedRunResult<never, never>, 'toStream' | 'completed'> & {
  readonly state?: { readonly usage: Tokens }
}

type ResponseTurn = Pick<TurnBase<unknown>, 'thread' | 'signal' | 'store' | 'generateId' | 'now'> & {
  readonly run?: TurnBase<unknown>['run']
  readonly userMessage?: Turn<unknown>['userMessage']
  readonly locale?: TurnBase<unknown>['locale']
}

export interface StreamAgentOptions {
  /** The context that the run was given: what tools put into it comes in between, in order. */
  context?: AgentContext
  /** How citations become annotations, by their `type`, instead of or besides the Responses API's. */
  citations?: CitationConverters
  /** How many previews a generated image comes with (the tool's `partial_images`); without it no progress is told. */
  partialImages?: number
  /** Keeps a generated image and says where. Without it the item holds the image itself, as a `data:` URL. */
  saveImage?: SaveImage
  /** Whether the calls of the server's tools stay in the thread as hidden items, for later turns. Default false. */
  keepToolCalls?: boolean
  /** The words of its notices and errors in the language of the turn. Default: English. */
  messages?: AgentMessageCatalogues
}

/**
 * The answer of an agent as events for `respond()`.
 *
 * Reads the run at once and without ever waiting for whoever consumes the events: the SDK throws away what was
 * not read yet when something fails. When the model fails, everything that it said before comes first and then
 * its error is thrown; when a guardrail trips, everything is taken back, and a `GuardrailTrippedError` is thrown. A
 * refusal of the model is a message, not an error; at the limit of its length, a notice. When the turn's signal
 * fires, the run is aborted and the events end. What the client is asked comes last.
 */
export function streamAgentResponse(
  turn: ResponseTurn,
  result: AgentRun,
  options: StreamAgentOptions = {},
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  // Typed by its iterator alone, whose return() waits for the event to come; a reader lets go at once.
  const reader = (result.toStream() as unknown as ReadableStream<RunStreamEvent>).getReader()
  const queue = new EventQueue<ModelEvent | ToolEvent>()
  const shared = options.context && turnRunOf(options.context)
  const detach = shared?.channel.attach((event) => queue.push(event))
  const abort = (): void => {
    detach?.()
    // The SDK aborts the model when its stream is cancelled; cancelling one that is over does nothing.
    reader.cancel().catch(() => {})
  }
  const interrupt = (error: Error): void => {
    queue.fail(error)
    abort()
  }
  if (shared) {
    shared.interrupt = interrupt
    if (shared.interruptedBy) interrupt(shared.interruptedBy)
  }
  const meter = new UsageMeter()
  const say = sayTo(turn, options.messages)
  void pump(reader, queue, {
    say,
    interrupt,
    observe: (event) => {
      meter.observe(event)
      shared?.observe(event)
    },
  })
  const settled = result.completed.catch(() => {})
  return events(turn, queue, options, { result, shared, meter, say, abort, settled })
}

async function pump(
  reader: ReadableStreamDefaultReader<RunStreamEvent>,
  queue: EventQueue<ModelEvent | ToolEvent>,
  {
    say,
    observe,
    interrupt,
  }: { say: SayMessage; observe: (event: RunStreamEvent) => void; interrupt: (error: Error) => void },
): Promise<void> {
  const read = createModelEventReader()
  const tooManyEmpty = createEmptyResponses(say)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      observe(value)
      for (const event of read(value)) queue.push(event)
      const noAnswer = tooManyEmpty(value)
      if (noAnswer) interrupt(noAnswer)
    }
    queue.close()
  } catch (error) {
    queue.fail(error)
  }
}

interface Running {
  result: AgentRun
  shared: TurnRun | undefined
  meter: UsageMeter
  say: SayMessage
  abort: () => void
  settled: Promise<void>
}

async function* events(
  turn: ResponseTurn,
  queue: EventQueue<ModelEvent | ToolEvent>,
  options: StreamAgentOptions,
  { result, shared, meter, say, abort, settled }: Running,
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const { thread, signal, generateId, now } = turn
  const { citations, partialImages, saveImage, keepToolCalls } = options
  const translator: Translator = {
    threadId: thread.id,
    generateId,
    now,
    citations,
    partialImages,
    keepToolCalls,
  }
  const produced = new Set<string>()
  let state: TranslateState = initialState
  let lastText: string | undefined
  let tokens: Tokens | undefined
  // Only what has to wait waits: this is done for every word of every answer.
  const advance = (event: ModelEvent | ToolEvent): readonly ThreadStreamEvent[] => {
    const translation = step(state, event, translator)
    state = translation.state
    for (const told of translation.events) if (told.type === 'thread.item.added') produced.add(told.item.id)
    return translation.events
  }
  const finish = async (event: EventOf<'thread.item.done'>): Promise<ThreadStreamEvent[]> => {
    const { item } = event
    produced.add(item.id)
    lastText = textOf(item) ?? lastText
    // The next turn goes on in it, so that it has to be in the store before that can begin.
    if (item.type === 'client_tool_call' && state.workflow?.isShown) {
      await turn.store.saveItem(thread.id, state.workflow.item)
    }
    return withSources(await keepImage(event, saveImage), shared?.sources)
  }
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    const item = await resumeWorkflow(turn)
    if (item) state = { ...state, workflow: { item, isShown: true } }
    for (let batch = queue.take(); batch; batch = queue.take()) {
      if (batch.length === 0) {
        await queue.filled()
        continue
      }
      for (const event of batch) {
        for (const threadEvent of advance(event)) {
          if (threadEvent.type === 'thread.item.done') yield* await finish(threadEvent)
          else yield threadEvent
        }
      }
    }
    if (!signal.aborted) {
      // The SDK may still be writing into its state what its stream has told.
      await settleWithin(SETTLE_MS, settled)
      tokens = result.state?.usage
      for (const event of await askClient(turn, shared?.clientCalls ?? [])) {
        for (const threadEvent of advance({ type: 'thread_event', event })) {
          if (threadEvent.type === 'thread.item.done') yield* await finish(threadEvent)
          else yield threadEvent
        }
      }
    }
    // The SDK takes an AbortError for a stop, even where the network or the model's own timer threw it.
    const isCut = state.isResponding || state.ending === 'cut'
    if (isCut && !signal.aborted) throw new Error('The model broke off in the middle of a response.')
    if (state.clientCalls.length === 0 && !signal.aborted) yield* endWorkflow(state, translator).events
    yield* noticeOf(state, say)
  } catch (error) {
    const tripped = toGuardrailTripped(error)
    if (tripped) {
      abort()
      yield* [...produced].map((itemId) => removal(itemId))
      throw tripped
    }
    const refusal = refusalOf(error)
    const notice = noticeOf(state, say)
    if (refusal === undefined && notice.length === 0) throw error
    if (refusal !== undefined && refusal !== lastText) yield* wholeMessage([refusal], translator)
    yield* notice
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
    await settleWithin(SETTLE_MS, settled)
    if (turn.run) turn.run.usage = meter.usage(signal.aborted ? undefined : tokens)
  }
}

const removal = (itemId: string): EventOf<'thread.item.removed'> => ({
  type: 'thread.item.removed',
  item_id: itemId,
})

/** A response that ended early is an answer all the same; its reader is told. */
function noticeOf({ ending }: TranslateState, say: SayMessage): ThreadStreamEvent[] {
  if (ending !== 'incomplete' && ending !== 'filtered') return []
  const message = say(ending === 'incomplete' ? 'answer_too_long' : 'answer_filtered')
  return [{ type: 'notice', level: 'warning', message }]
}

function step(state: TranslateState, event: ModelEvent | ToolEvent, translator: Translator): Translation {
  switch (event.type) {
    case 'thread_event':
    case 'workflow_start':
    case 'workflow_end':
    case 'task_add':
    case 'task_update':
      return translateToolEvent(state, event, translator)
    default:
      return translate(state, event, translator)
  }
}

function textOf(item: ThreadItem): string | undefined {
  return item.type === 'assistant_message' ? item.content.map((part) => part.text).join('') : undefined
}

/** Known by its shape, not its class: there may be two copies of the SDK. */
function refusalOf(error: unknown): string | undefined {
  const refusal =
    typeof error === 'object' && error !== null && 'refusal' in error ? error.refusal : undefined
  return typeof refusal === 'string' ? refusal : undefined
}
