import type { AgentOutputItem, RunStreamEvent } from '@openai/agents'
import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { appendText, beginMessage, finishMessage, type Mint, type OpenMessage } from './message.ts'
import { wholeText } from './whole-text.ts'

/**
 * What is open between two events of the SDK. Messages are told apart by their place in the response that is
 * under way, never by the model's ids: some models repeat those, some give one to everything.
 */
export interface TranslateState {
  readonly message: OpenMessage | undefined
  /** How many messages of this response have begun. */
  readonly begun: number
  /** Whether a response has begun that is not done. */
  readonly isResponding: boolean
}

export interface Translation {
  state: TranslateState
  events: ThreadStreamEvent[]
}

export const initialState: TranslateState = { message: undefined, begun: 0, isResponding: false }

/** One event of the SDK's stream as events of the thread. Pure but for the ids and times that `mint` gives. */
export function translate(state: TranslateState, event: RunStreamEvent, mint: Mint): Translation {
  if (event.type !== 'raw_model_stream_event') return { state, events: [] }
  const { data } = event
  switch (data.type) {
    case 'response_started':
      // A response that was never done: what it said stays.
      return {
        state: { ...initialState, isResponding: true },
        events: state.message ? finishMessage(state.message) : [],
      }
    case 'output_text_delta':
      return translateDelta(state, data.delta, data.providerData, mint)
    case 'response_done':
      return translateResponse(state, data.response.output, mint)
    case 'model':
      return { state, events: [] }
  }
}

/** Words that were never streamed, as a message of their own. */
export function wholeMessage(texts: readonly string[], mint: Mint): ThreadStreamEvent[] {
  const begun = beginMessage(0, mint)
  const events = [...begun.events]
  let { message } = begun
  for (const [index, text] of texts.entries()) {
    const step = appendText(message, index, text)
    events.push(...step.events)
    message = step.message
  }
  return [...events, ...finishMessage(message)]
}

function translateDelta(
  state: TranslateState,
  delta: string,
  providerData: Record<string, unknown> | undefined,
  mint: Mint,
): Translation {
  if (delta === '') return { state, events: [] }
  const events: ThreadStreamEvent[] = []
  let { message, begun } = state
  // Only the Responses API numbers its outputs and their parts; elsewhere a response is one text.
  const outputIndex = numberOf(providerData?.output_index)
  if (message && message.outputIndex !== outputIndex) {
    events.push(...finishMessage(message))
    message = undefined
  }
  if (!message) {
    const step = beginMessage(outputIndex, mint)
    events.push(...step.events)
    message = step.message
    begun += 1
  }
  const step = appendText(message, numberOf(providerData?.content_index), delta)
  return { state: { message: step.message, begun, isResponding: true }, events: [...events, ...step.events] }
}

/** Ends what is open and adds what was never streamed. */
function translateResponse(
  { message, begun }: TranslateState,
  output: AgentOutputItem[],
  mint: Mint,
): Translation {
  const messages = output.map(textsOf).filter((texts) => texts.length > 0)
  const events = message ? finishMessage(message, messages[begun - 1]) : []
  for (const texts of messages.slice(begun)) events.push(...wholeMessage(texts, mint))
  return { state: initialState, events }
}

/** The texts of a message, refusals among them; none for anything else. */
function textsOf(item: AgentOutputItem): string[] {
  if (item.type !== 'message' || item.role !== 'assistant') return []
  return item.content.flatMap((part) => {
    if (part.type === 'output_text') return part.text ? [wholeText(part.text)] : []
    if (part.type === 'refusal') return part.refusal ? [wholeText(part.refusal)] : []
    return []
  })
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
