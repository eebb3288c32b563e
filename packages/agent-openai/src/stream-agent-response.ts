import type { RunStreamEvent, StreamedRunResult } from '@openai/agents'
import type { ThreadItem, ThreadStreamEvent, Turn } from '@robolearn/chatkit-server-core'
import { type AgentContext, channelOf } from './agent-context.ts'
import { EventQueue } from './event-queue.ts'
import { resumeWorkflow } from './resume-workflow.ts'
import { keepImage, type SaveImage } from './save-image.ts'
import { settleWithin } from './settle-within.ts'
import { takeBack } from './take-back.ts'
import { createModelEventReader } from './translate/adapters/to-model-events.ts'
import type { CitationConverters } from './translate/citations.ts'
import type { ModelEvent } from './translate/model-event.ts'
import { endWorkflow } from './translate/reasoning.ts'
import { initialState, type Translation, type Translator, type TranslateState } from './translate/state.ts'
import type { ToolEvent } from './translate/tool-event.ts'
import { translateToolEvent } from './translate/tool-events.ts'
import { translate, wholeMessage } from './translate/translate.ts'

/** How long an aborted run may take to come to rest before it is left alone. */
const SETTLE_MS = 1000

/** What is needed of a `StreamedRunResult`. */
export type AgentRun = Pick<StreamedRunResult<never, never>, 'toStream' | 'completed'>

type ResponseTurn = Pick<Turn<unknown>, 'thread' | 'userMessage' | 'signal' | 'store' | 'generateId' | 'now'>

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
}

/**
 * The answer of an agent as events for `respond()`.
 *
 * Reads the run at once and without ever waiting for whoever consumes the events: the SDK throws away what was
 * not read yet when something fails. When the model fails, everything that it said before comes first and then
 * its error is thrown; when a guardrail trips, everything is taken back first. A refusal of the model is a message,
 * not an error; at the limit of its length, a notice. When the turn's signal fires, the run is aborted and the
 * events end.
 */
export function streamAgentResponse(
  turn: ResponseTurn,
  result: AgentRun,
  options: StreamAgentOptions = {},
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  // Typed by its iterator alone, whose return() waits for the event to come; a reader lets go at once.
  const reader = (result.toStream() as unknown as ReadableStream<RunStreamEvent>).getReader()
  const queue = new EventQueue<ModelEvent | ToolEvent>()
  const detach = options.context && channelOf(options.context)?.attach((event) => queue.push(event))
  void pump(reader, queue)
  return events(turn, queue, options, {
    abort: () => {
      detach?.()
      // The SDK aborts the model when its stream is cancelled; cancelling one that is over does nothing.
      reader.cancel().catch(() => {})
    },
    settled: result.completed.catch(() => {}),
  })
}

async function pump(
  reader: ReadableStreamDefaultReader<RunStreamEvent>,
  queue: EventQueue<ModelEvent | ToolEvent>,
): Promise<void> {
  const read = createModelEventReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      for (const event of read(value)) queue.push(event)
    }
    queue.close()
  } catch (error) {
    queue.fail(error)
  }
}

async function* events(
  turn: ResponseTurn,
  queue: EventQueue<ModelEvent | ToolEvent>,
  options: StreamAgentOptions,
  run: { abort: () => void; settled: Promise<void> },
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
  signal.addEventListener('abort', run.abort, { once: true })
  if (signal.aborted) run.abort()
  try {
    const item = await resumeWorkflow(turn)
    if (item) state = { ...state, workflow: { item, isShown: true } }
    for (let batch = await queue.take(); batch; batch = await queue.take()) {
      for (const event of batch) {
        const translation = step(state, event, translator)
        state = translation.state
        for (const threadEvent of translation.events) {
          if (threadEvent.type === 'thread.item.added') produced.add(threadEvent.item.id)
          if (threadEvent.type !== 'thread.item.done') {
            yield threadEvent
            continue
          }
          const { item: done } = threadEvent
          produced.add(done.id)
          lastText = textOf(done) ?? lastText
          // The next turn goes on in it, so that it has to be in the store before that can begin.
          if (done.type === 'client_tool_call' && state.workflow?.isShown) {
            await turn.store.saveItem(thread.id, state.workflow.item)
          }
          yield await keepImage(threadEvent, saveImage)
        }
      }
    }
    // The SDK takes an AbortError for a stop, even where the network or the model's own timer threw it.
    const isCut = state.isResponding || state.ending === 'cut'
    if (isCut && !signal.aborted) throw new Error('The model broke off in the middle of a response.')
    if (state.clientCalls.length === 0 && !signal.aborted) yield* endWorkflow(state, translator).events
    yield* noticeOf(state)
  } catch (error) {
    yield* takeBack(error, produced)
    const refusal = refusalOf(error)
    const notice = noticeOf(state)
    if (refusal === undefined && notice.length === 0) throw error
    if (refusal !== undefined && refusal !== lastText) yield* wholeMessage([refusal], translator)
    yield* notice
  } finally {
    signal.removeEventListener('abort', run.abort)
    run.abort()
    await settleWithin(SETTLE_MS, run.settled)
  }
}

/** A response that ended early is an answer all the same; its reader is told. */
function noticeOf({ ending }: TranslateState): ThreadStreamEvent[] {
  if (ending !== 'incomplete' && ending !== 'filtered') return []
  const message =
    ending === 'incomplete'
      ? 'The answer ends here because it reached the longest that the model may write.'
      : 'The answer ends here because a filter of the model’s provider stopped it.'
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
