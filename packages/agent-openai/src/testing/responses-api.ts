import type { Frame, ReplyPlace } from './frame.ts'
import type { Ending, ModelAnswer, ModelUsage } from './model-reply.ts'
import { responsesOutput } from './responses-output.ts'

type Json = Record<string, unknown>

const DEFAULT_USAGE: ModelUsage = { inputTokens: 10, outputTokens: 5 }

/** An answer as the streaming events of the Responses API. */
export function responsesFrames(answer: ModelAnswer, place: ReplyPlace): Frame[] {
  const { ending = 'completed' } = answer
  const begun = responseObject(answer, place, 'in_progress', [])
  const outputs = outputsOf(answer, place)
  const frames: Frame[] = [
    { send: { type: 'response.created', response: begun } },
    { send: { type: 'response.in_progress', response: begun } },
  ]
  for (const [index, { added, growing, closing, done }] of outputs.entries()) {
    frames.push(
      { send: { type: 'response.output_item.added', output_index: index, item: added } },
      ...growing,
    )
    if (index === outputs.length - 1 && breaksOff(ending)) continue
    frames.push(...closing, { send: { type: 'response.output_item.done', output_index: index, item: done } })
  }
  frames.push(...lastFrames(answer, place, ending))
  return frames.map((frame, index) => numbered(frame, index))
}

/** An answer as the one JSON of the Responses API. */
export function wholeResponse(answer: ModelAnswer, place: ReplyPlace): Json {
  const { ending = 'completed' } = answer
  const output = outputsOf(answer, place).map(({ done }) => done)
  return responseObject(answer, place, statusOf(ending), output)
}

const breaksOff = (ending: Ending): boolean =>
  ending === 'cut' || ending === 'failed' || ending === 'unfinished'

const outputsOf = ({ output, paceMs }: ModelAnswer, { ordinal }: ReplyPlace) =>
  output.map((one, index) => responsesOutput(one, { index, ordinal, paceMs }))

function lastFrames(answer: ModelAnswer, place: ReplyPlace, ending: Ending): Frame[] {
  if (ending === 'cut') return ['cut']
  if (ending === 'unfinished') return []
  const output = ending === 'failed' ? [] : outputsOf(answer, place).map(({ done }) => done)
  const status = statusOf(ending)
  return [{ send: { type: `response.${status}`, response: responseObject(answer, place, status, output) } }]
}

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed'

function statusOf(ending: Ending): Status {
  if (ending === 'incomplete' || ending === 'content_filter') return 'incomplete'
  return ending === 'failed' ? 'failed' : 'completed'
}

function responseObject(answer: ModelAnswer, place: ReplyPlace, status: Status, output: Json[]): Json {
  const reason = answer.ending === 'content_filter' ? 'content_filter' : 'max_output_tokens'
  return {
    id: answer.responseId ?? `resp_${place.ordinal}`,
    object: 'response',
    created_at: place.createdAt,
    status,
    model: place.model,
    output,
    error: status === 'failed' ? { code: 'server_error', message: 'The model failed.' } : null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: status === 'in_progress' ? null : usageObject(answer.usage),
  }
}

function usageObject(usage = DEFAULT_USAGE): Json {
  const { inputTokens, outputTokens, cachedTokens = 0, reasoningTokens = 0 } = usage
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}

const numbered = (frame: Frame, index: number): Frame =>
  typeof frame === 'object' && 'send' in frame ? { send: { sequence_number: index, ...frame.send } } : frame
