import type { Frame, ReplyPlace } from './frame.ts'
import {
  argumentPieces,
  type Citation,
  type Ending,
  isPause,
  type ModelAnswer,
  type ModelOutput,
  piecesOf,
  type Pieces,
  wholeText,
} from './model-reply.ts'

type Json = Record<string, unknown>

/** An answer as the chunks of the Chat Completions API. */
export function chatCompletionsFrames(
  answer: ModelAnswer,
  place: ReplyPlace,
  { includeUsage }: { includeUsage: boolean },
): Frame[] {
  const chunk = (fields: Json): Frame => ({
    send: { ...headOf(answer, place, 'chat.completion.chunk'), ...fields },
  })
  const choice = (delta: Json, finishReason: string | null = null): Frame =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finishReason }] })
  const frames: Frame[] = [choice({ role: 'assistant', content: '' })]
  let calls = 0
  for (const [index, output] of answer.output.entries()) {
    const at = {
      index: output.type === 'tool_call' ? calls++ : 0,
      fallback: `call_${place.ordinal}_${index}`,
    }
    frames.push(...deltasOf(output, answer, at).map((delta) => (isPause(delta) ? delta : choice(delta))))
  }
  const { ending = 'completed' } = answer
  if (ending === 'cut') return [...frames, 'cut']
  if (ending === 'failed') return [...frames, { send: FAILURE }, 'done']
  if (ending !== 'unfinished') frames.push(choice({}, finishReasonOf(ending, calls)))
  if (includeUsage) frames.push(chunk({ choices: [], usage: usageObject(answer) }))
  return [...frames, 'done']
}

/** An answer as the one JSON of the Chat Completions API. */
export function wholeCompletion(answer: ModelAnswer, place: ReplyPlace): Json {
  const { output, ending = 'completed', reasoningField = 'reasoning_content' } = answer
  const text = joined(output, 'text')
  const refusal = joined(output, 'refusal')
  const reasoning = joined(output, 'reasoning')
  const calls = output.flatMap((one, index) =>
    one.type === 'tool_call'
      ? [callObject(one, `call_${place.ordinal}_${index}`, wholeText(argumentPieces(one)))]
      : [],
  )
  const images = output.flatMap((one) => (one.type === 'image' ? [imageObject(one.data)] : []))
  const annotations = output.flatMap((one) => (one.type === 'text' ? annotationsOf(one.citations) : []))
  const message = {
    role: 'assistant',
    content: text || null,
    refusal: refusal || null,
    ...(reasoning && { [reasoningField]: reasoning }),
    ...(annotations.length > 0 && { annotations }),
    ...(images.length > 0 && { images }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return {
    ...headOf(answer, place, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasonOf(ending, calls.length) }],
    usage: usageObject(answer),
  }
}

const FAILURE = {
  error: { message: 'The model failed.', type: 'server_error', code: 'server_error', param: null },
}

function headOf(
  { responseId }: ModelAnswer,
  { ordinal, model, createdAt }: ReplyPlace,
  object: string,
): Json {
  return {
    ...(responseId !== null && { id: responseId ?? `chatcmpl_${ordinal}` }),
    object,
    created: createdAt,
    model,
  }
}

function finishReasonOf(ending: Ending, calls: number): string | null {
  if (ending === 'incomplete') return 'length'
  if (ending === 'content_filter') return 'content_filter'
  if (ending === 'unfinished') return null
  return calls > 0 ? 'tool_calls' : 'stop'
}

type Delta = Json | Extract<Frame, { waitMs: number } | { until: Promise<unknown> }>

interface CallPlace {
  readonly index: number
  /** The id of the call where none was given. */
  readonly fallback: string
}

function deltasOf(output: ModelOutput, answer: ModelAnswer, call: CallPlace): Delta[] {
  const { paceMs, reasoningField = 'reasoning_content' } = answer
  const each = (text: Pieces, toDelta: (piece: string) => Json): Delta[] =>
    piecesOf(text, paceMs).map((piece) => (isPause(piece) ? piece : toDelta(piece)))
  switch (output.type) {
    case 'text': {
      const annotations = annotationsOf(output.citations)
      const texts = each(output.text, (content) => ({ content }))
      return annotations.length > 0 ? [...texts, { annotations }] : texts
    }
    case 'refusal':
      return each(output.refusal, (refusal) => ({ refusal }))
    case 'reasoning':
      return output.summary.flatMap((summary) => each(summary, (piece) => ({ [reasoningField]: piece })))
    case 'image':
      return [{ images: [imageObject(output.data)] }]
    case 'tool_call':
      return [
        { tool_calls: [{ index: call.index, ...callObject(output, call.fallback, '') }] },
        ...each(argumentPieces(output), (piece) => ({
          tool_calls: [{ index: call.index, function: { arguments: piece } }],
        })),
      ]
  }
}

function callObject(
  output: Extract<ModelOutput, { type: 'tool_call' }>,
  fallback: string,
  args: string,
): Json {
  return {
    ...(output.callId !== null && { id: output.callId ?? fallback }),
    type: 'function',
    function: { name: output.name, arguments: args },
  }
}

const imageObject = (data: string): Json => ({
  type: 'image_url',
  image_url: { url: `data:image/png;base64,${data}` },
})

/** Chat Completions know citations of addresses only, and nest them. */
const annotationsOf = (citations: readonly Citation[] = []): Json[] =>
  citations
    .filter(({ type }) => type === 'url_citation')
    .map(({ type, ...citation }) => ({ type, url_citation: citation }))

function joined(output: readonly ModelOutput[], type: 'text' | 'refusal' | 'reasoning'): string {
  return output
    .map((one) => {
      if (one.type !== type) return ''
      if (one.type === 'text') return wholeText(one.text)
      return one.type === 'refusal' ? wholeText(one.refusal) : one.summary.map(wholeText).join('')
    })
    .join('')
}

function usageObject({ usage = { inputTokens: 10, outputTokens: 5 } }: ModelAnswer): Json {
  const { inputTokens, outputTokens, cachedTokens = 0, reasoningTokens = 0 } = usage
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  }
}
