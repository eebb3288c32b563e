import type { RunStreamEvent, StreamedRunResult } from '@openai/agents'
import { StreamError, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import type { AgentContext } from './agent-context.ts'
import { AnswerItems } from './answer-items.ts'
import { toGuardrailTripped } from './guardrails/guardrail-tripped-error.ts'
import { UsageMeter } from './run-usage.ts'
import { askClient } from './tools/client-calls.ts'
import { initialState, translate, wholeMessage } from './translate/translate.ts'
import type { Mint } from './translate/message.ts'
import { type QueuedEvent, type TurnRun, turnRunOf } from './turn-run.ts'
import { resumeWorkflow } from './workflow/resume-workflow.ts'

/** How long an aborted run may take to come to rest before it is left alone. */
const SETTLE_MS = 1000

/** How many responses in a row may say and ask nothing. */
const MAX_EMPTY_RESPONSES = 2

/** What is needed of a `StreamedRunResult`. */
export type AgentRun = Pick<StreamedRunResult<never, never>, 'toStream' | 'completed'> & {
  readonly state?: { readonly usage: { inputTokens: number; outputTokens: number; totalTokens: number } }
}

/**
 * The answer of an agent as events for `respond()`, together with what its tools put into `context`.
 *
 * Reads the run at once and without ever waiting for whoever consumes the events: the SDK throws away what was
 * not read yet when something fails. When the model fails, everything that it said before comes first and then
 * its error is thrown. A refusal of the model is a message, not an error. Where a guardrail trips, everything that
 * was shown is removed, and a `GuardrailTrippedError` is thrown. When the turn's signal fires, the run is aborted and
 * the events end. Calls of the client come last.
 */
export function streamAgentResponse(
  context: AgentContext,
  result: AgentRun,
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const run = turnRunOf(context)
  // Typed by its iterator alone, whose return() waits for the event to come; a reader lets go at once.
  const reader = (result.toStream() as unknown as ReadableStream<RunStreamEvent>).getReader()
  // The SDK aborts the model when its stream is cancelled; cancelling one that is over does nothing.
  run.abort = () => void reader.cancel().catch(() => {})
  void pump(reader, run)
  return events(
    run,
    result,
    result.completed.catch(() => {}),
  )
}

async function pump(reader: ReadableStreamDefaultReader<RunStreamEvent>, { queue }: TurnRun): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      queue.push({ from: 'sdk', event: value })
    }
    queue.close()
  } catch (error) {
    queue.fail(error)
  }
}

async function* events(
  run: TurnRun,
  result: AgentRun,
  settled: Promise<void>,
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const { turn, queue, abort, clientCalls } = run
  const { thread, signal, generateId, now } = turn
  const mint: Mint = { threadId: thread.id, generateId, now }
  const meter = new UsageMeter()
  const items = new AnswerItems(mint, run.sources)
  let tokens: UsageTokens | undefined
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    items.workflow = await resumeWorkflow(turn)
    yield* merged(queue, items, mint, { meter, signal })
    if (!signal.aborted) {
      // The SDK may still be writing into its state what its stream has told.
      await atMost(SETTLE_MS, settled)
      tokens = result.state?.usage
    }
    if (clientCalls.length === 0) {
      yield* items.change({ type: 'end' })
    } else if (!signal.aborted) {
      // It goes on with the client's answer: kept as it is, so that the answer finds it open.
      if (items.workflow?.isShown) await turn.store.saveItem(thread.id, items.workflow.item)
      yield* await askClient(turn, clientCalls)
    }
  } catch (error) {
    const tripped = toGuardrailTripped(error)
    if (tripped) {
      abort()
      yield* items.removals()
      throw tripped
    }
    yield* items.change({ type: 'end' })
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    if (refusal !== items.lastText) yield* items.pass(wholeMessage([refusal], mint))
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
    await atMost(SETTLE_MS, settled)
    turn.run.usage = meter.usage(signal.aborted ? undefined : tokens)
  }
}

type UsageTokens = NonNullable<AgentRun['state']>['usage']

/** Everything in the order in which it came, until the run has ended. */
async function* merged(
  queue: TurnRun['queue'],
  items: AnswerItems,
  mint: Mint,
  { meter, signal }: { meter: UsageMeter; signal: AbortSignal },
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  let state = initialState
  let empty = 0
  for await (const queued of queue) {
    switch (queued.from) {
      case 'tool':
        yield* items.pass([queued.event])
        break
      case 'workflow':
        yield* items.change(queued.change)
        break
      case 'sdk': {
        meter.observe(queued.event)
        const translation = translate(state, queued.event, mint)
        state = translation.state
        yield* items.pass(translation.events)
        empty = emptyResponses(empty, queued)
        if (empty === MAX_EMPTY_RESPONSES) throw noAnswer()
      }
    }
  }
  // The SDK takes an AbortError for a stop, even where the network or the model's own timer threw it.
  if (state.isResponding && !signal.aborted) {
    throw new Error('The model broke off in the middle of a response.')
  }
}

/** How many responses in a row were empty, this one included. */
function emptyResponses(before: number, { event }: Extract<QueuedEvent, { from: 'sdk' }>): number {
  if (event.type !== 'raw_model_stream_event' || event.data.type !== 'response_done') return before
  const isEmpty = event.data.response.output.every(({ type }) => type === 'reasoning')
  return isEmpty ? before + 1 : 0
}

const noAnswer = (): StreamError =>
  new StreamError('The model gave no answer. Please try again.', { allowRetry: true })

/** Known by its shape, not its class: there may be two copies of the SDK. */
function refusalOf(error: unknown): string | undefined {
  const refusal =
    typeof error === 'object' && error !== null && 'refusal' in error ? error.refusal : undefined
  return typeof refusal === 'string' ? refusal : undefined
}

async function atMost(ms: number, promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([promise, elapsed])
  clearTimeout(timer)
}
