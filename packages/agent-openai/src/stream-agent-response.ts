import type { RunStreamEvent, StreamedRunResult } from '@openai/agents'
import type { ThreadStreamEvent, Turn } from '@robolearn/chatkit-server-core'
import { EventQueue } from './event-queue.ts'
import type { Mint } from './translate/message.ts'
import { initialState, translate, wholeMessage } from './translate/translate.ts'

/** How long an aborted run may take to come to rest before it is left alone. */
const SETTLE_MS = 1000

/** What is needed of a `StreamedRunResult`. */
export type AgentRun = Pick<StreamedRunResult<never, never>, 'toStream' | 'completed'>

/**
 * The answer of an agent as events for `respond()`.
 *
 * Reads the run at once and without ever waiting for whoever consumes the events: the SDK throws away what was
 * not read yet when something fails. When the model fails, everything that it said before comes first and then
 * its error is thrown. A refusal of the model is a message, not an error. When the turn's signal fires, the
 * run is aborted and the events end.
 */
export function streamAgentResponse(
  turn: Pick<Turn<unknown>, 'thread' | 'signal' | 'generateId' | 'now'>,
  result: AgentRun,
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  // Typed by its iterator alone, whose return() waits for the event to come; a reader lets go at once.
  const reader = (result.toStream() as unknown as ReadableStream<RunStreamEvent>).getReader()
  const queue = new EventQueue<RunStreamEvent>()
  void pump(reader, queue)
  return events(turn, queue, {
    // The SDK aborts the model when its stream is cancelled; cancelling one that is over does nothing.
    abort: () => void reader.cancel().catch(() => {}),
    settled: result.completed.catch(() => {}),
  })
}

async function pump(
  reader: ReadableStreamDefaultReader<RunStreamEvent>,
  queue: EventQueue<RunStreamEvent>,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      queue.push(value)
    }
    queue.close()
  } catch (error) {
    queue.fail(error)
  }
}

async function* events(
  turn: Pick<Turn<unknown>, 'thread' | 'signal' | 'generateId' | 'now'>,
  queue: EventQueue<RunStreamEvent>,
  run: { abort: () => void; settled: Promise<void> },
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const { thread, signal, generateId, now } = turn
  const mint: Mint = { threadId: thread.id, generateId, now }
  let state = initialState
  let lastText: string | undefined
  signal.addEventListener('abort', run.abort, { once: true })
  if (signal.aborted) run.abort()
  try {
    for await (const event of queue) {
      const translation = translate(state, event, mint)
      state = translation.state
      for (const threadEvent of translation.events) {
        lastText = textOf(threadEvent) ?? lastText
        yield threadEvent
      }
    }
    // The SDK takes an AbortError for a stop, even where the network or the model's own timer threw it.
    if (state.isResponding && !signal.aborted)
      throw new Error('The model broke off in the middle of a response.')
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    if (refusal !== lastText) yield* wholeMessage([refusal], mint)
  } finally {
    signal.removeEventListener('abort', run.abort)
    run.abort()
    await atMost(SETTLE_MS, run.settled)
  }
}

function textOf(event: ThreadStreamEvent): string | undefined {
  if (event.type !== 'thread.item.done' || event.item.type !== 'assistant_message') return undefined
  return event.item.content.map((part) => part.text).join('')
}

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
