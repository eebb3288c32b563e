import type { RunStreamEvent } from '@openai/agents'
import { StreamError } from '@robolearn/chatkit-server-core'
import type { SayMessage } from './agent-messages.ts'

/** How many responses in a row may say and ask nothing: the SDK asks again, up to its limit of turns. */
const MAX_EMPTY_RESPONSES = 2

/** Watches one run for responses that hold nothing; gives the error with which it has to end. */
export function createEmptyResponses(say: SayMessage): (event: RunStreamEvent) => StreamError | undefined {
  let empty = 0
  return (event) => {
    if (event.type !== 'raw_model_stream_event' || event.data.type !== 'response_done') return undefined
    const isEmpty = event.data.response.output.every(({ type }) => type === 'reasoning')
    empty = isEmpty ? empty + 1 : 0
    if (empty < MAX_EMPTY_RESPONSES) return undefined
    return new StreamError(say('no_answer'), { allowRetry: true })
  }
}
