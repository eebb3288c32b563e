import type { RunStreamEvent } from '@openai/agents'
import { StreamError } from '@robolearn/chatkit-server-core'

/** How many responses in a row may say and ask nothing: the SDK asks again, up to its limit of turns. */
const MAX_EMPTY_RESPONSES = 2

/** Watches one run for responses that hold nothing; gives the error with which it has to end. */
export function createEmptyResponses(): (event: RunStreamEvent) => StreamError | undefined {
  let empty = 0
  return (event) => {
    if (event.type !== 'raw_model_stream_event' || event.data.type !== 'response_done') return undefined
    const isEmpty = event.data.response.output.every(({ type }) => type === 'reasoning')
    empty = isEmpty ? empty + 1 : 0
    if (empty < MAX_EMPTY_RESPONSES) return undefined
    return new StreamError('The model gave no answer. Please try again.', { allowRetry: true })
  }
}
