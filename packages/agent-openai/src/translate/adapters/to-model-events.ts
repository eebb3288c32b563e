import type { RunStreamEvent } from '@openai/agents'
import type { ModelEvent, ResponseEnding } from '../model-event.ts'
import { finishReasonOf, fromChatCompletions } from './chat-completions.ts'
import { fromAiSdk, fromTextDelta } from './normalised.ts'
import { fromResponses } from './responses.ts'
import { textsOf } from './texts-of.ts'
import { createToolResultReader } from './tool-results.ts'

// As the SDK names them; its own tests of an event look at nothing else.
const RESPONSES = 'openai-responses'
const CHAT_COMPLETIONS = 'openai-chat-completions'

/**
 * Reads one run's events and gives what the model did. For either API of OpenAI only its raw events are read: its
 * text comes a second time in the SDK's own form, and nothing else does.
 */
export function createModelEventReader(): (event: RunStreamEvent) => readonly ModelEvent[] {
  /** The API of the response that is under way. A raw event of it always comes before its first text. */
  let source: string | undefined
  let finishReason: string | undefined
  const toolResultOf = createToolResultReader()
  return (event) => {
    if (event.type === 'run_item_stream_event') return toolResultOf(event)
    if (event.type !== 'raw_model_stream_event') return NONE
    const { data } = event
    switch (data.type) {
      case 'response_started':
        source = undefined
        finishReason = undefined
        return START
      case 'output_text_delta':
        return source === undefined ? [fromTextDelta(data.delta, data.providerData)] : NONE
      case 'model': {
        if (event.source === RESPONSES) {
          source = RESPONSES
          const said = fromResponses(data.event as object)
          return said ? [said] : NONE
        }
        if (event.source === CHAT_COMPLETIONS) {
          source = CHAT_COMPLETIONS
          finishReason = finishReasonOf(data.event as object) ?? finishReason
          return fromChatCompletions(data.event as object)
        }
        return typeof data.event === 'object' && data.event !== null ? fromAiSdk(data.event) : NONE
      }
      case 'response_done': {
        const ending = source === CHAT_COMPLETIONS ? endingOf(finishReason) : 'completed'
        return [{ type: 'response_end', messages: messagesOf(data.response.output), ending }]
      }
    }
  }
}

const NONE: readonly ModelEvent[] = []
const START: readonly ModelEvent[] = [{ type: 'response_start' }]

/** The SDK takes a Chat Completions stream that breaks off, or is cut at its limit, for a success. */
function endingOf(finishReason: string | undefined): ResponseEnding {
  if (finishReason === undefined) return 'cut'
  if (finishReason === 'content_filter') return 'filtered'
  return finishReason === 'length' ? 'incomplete' : 'completed'
}

type Output = Extract<
  Extract<RunStreamEvent, { type: 'raw_model_stream_event' }>['data'],
  { type: 'response_done' }
>['response']['output']

const messagesOf = (output: Output): string[][] =>
  output
    .map((item) => (item.type === 'message' && item.role === 'assistant' ? textsOf(item.content) : []))
    .filter((texts) => texts.length > 0)
