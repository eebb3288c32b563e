import { argumentPieces, isPause, type ModelOutput, piecesOf, type Pieces, wholeText } from './model-reply.ts'
import type { Frame } from './frame.ts'

type Json = Record<string, unknown>

/** An output of the Responses API: as it is when it is finished, and what is streamed of it on the way. */
export interface ResponsesOutput {
  readonly done: Json
  /** As it is announced. */
  readonly added: Json
  /** Between the announcement and the end; those in `growing` come before a cut, the others are left out by it. */
  readonly growing: Frame[]
  readonly closing: Frame[]
}

type OutputOf<T extends ModelOutput['type']> = Extract<ModelOutput, { type: T }>

const builders = {
  text: textOutput,
  refusal: refusalOutput,
  reasoning: reasoningOutput,
  tool_call: toolCallOutput,
  image: imageOutput,
} satisfies {
  [T in ModelOutput['type']]: (output: OutputOf<T>, at: Place) => ResponsesOutput
}

interface Place {
  readonly index: number
  readonly ordinal: number
  readonly paceMs: number | undefined
}

export function responsesOutput(output: ModelOutput, at: Place): ResponsesOutput {
  const build = builders[output.type] as (output: ModelOutput, at: Place) => ResponsesOutput
  return build(output, at)
}

const mintId = (kind: string, { ordinal, index }: Place): string => `${kind}_${ordinal}_${index}`

const send = (type: string, fields: Json): Frame => ({ send: { type, ...fields } })

/** A delta for each piece. */
const deltas = (type: string, fields: Json, text: Pieces, at: Place): Frame[] =>
  piecesOf(text, at.paceMs).map((piece) => (isPause(piece) ? piece : send(type, { ...fields, delta: piece })))

function textOutput(output: OutputOf<'text'>, at: Place): ResponsesOutput {
  const { citations = [] } = output
  const text = wholeText(output.text)
  const empty = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  return messageOutput(
    output.id ?? mintId('msg', at),
    at,
    empty,
    { ...empty, text, annotations: citations },
    (place) => ({
      growing: [
        ...deltas('response.output_text.delta', { ...place, logprobs: [] }, output.text, at),
        ...citations.map((annotation, index) =>
          send('response.output_text.annotation.added', { ...place, annotation_index: index, annotation }),
        ),
      ],
      done: send('response.output_text.done', { ...place, text, logprobs: [] }),
    }),
  )
}

function refusalOutput(output: OutputOf<'refusal'>, at: Place): ResponsesOutput {
  const refusal = wholeText(output.refusal)
  const empty = { type: 'refusal', refusal: '' }
  return messageOutput(output.id ?? mintId('msg', at), at, empty, { ...empty, refusal }, (place) => ({
    growing: deltas('response.refusal.delta', place, output.refusal, at),
    done: send('response.refusal.done', { ...place, refusal }),
  }))
}

function messageOutput(
  id: string,
  at: Place,
  emptyPart: Json,
  part: Json,
  stream: (place: Json) => { growing: Frame[]; done: Frame },
): ResponsesOutput {
  const place = { item_id: id, output_index: at.index, content_index: 0 }
  const { growing, done } = stream(place)
  const message = { id, type: 'message', role: 'assistant' }
  return {
    added: { ...message, status: 'in_progress', content: [] },
    growing: [send('response.content_part.added', { ...place, part: emptyPart }), ...growing],
    closing: [done, send('response.content_part.done', { ...place, part })],
    done: { ...message, status: 'completed', content: [part] },
  }
}

function reasoningOutput(output: OutputOf<'reasoning'>, at: Place): ResponsesOutput {
  const id = output.id ?? mintId('rs', at)
  const item = {
    id,
    type: 'reasoning',
    ...(output.encryptedContent !== undefined && { encrypted_content: output.encryptedContent }),
  }
  const summaries = output.summary.map((pieces, index) => {
    const place = { item_id: id, output_index: at.index, summary_index: index }
    const text = wholeText(pieces)
    const part = { type: 'summary_text', text }
    return {
      part,
      growing: [
        send('response.reasoning_summary_part.added', { ...place, part: { ...part, text: '' } }),
        ...deltas('response.reasoning_summary_text.delta', place, pieces, at),
      ],
      closing: [
        send('response.reasoning_summary_text.done', { ...place, text }),
        send('response.reasoning_summary_part.done', { ...place, part }),
      ],
    }
  })
  const last = summaries.at(-1)
  return {
    added: { ...item, summary: [] },
    growing: summaries.flatMap((summary) =>
      summary === last ? summary.growing : [...summary.growing, ...summary.closing],
    ),
    closing: last?.closing ?? [],
    done: { ...item, summary: summaries.map(({ part }) => part) },
  }
}

function toolCallOutput(output: OutputOf<'tool_call'>, at: Place): ResponsesOutput {
  const id = output.id ?? mintId('fc', at)
  const place = { item_id: id, output_index: at.index }
  const pieces = argumentPieces(output)
  const call = {
    id,
    type: 'function_call',
    ...(output.callId !== null && { call_id: output.callId ?? mintId('call', at) }),
    name: output.name,
  }
  const args = wholeText(pieces)
  return {
    added: { ...call, status: 'in_progress', arguments: '' },
    growing: deltas('response.function_call_arguments.delta', place, pieces, at),
    closing: [
      send('response.function_call_arguments.done', { ...place, name: output.name, arguments: args }),
    ],
    done: { ...call, status: 'completed', arguments: args },
  }
}

function imageOutput(output: OutputOf<'image'>, at: Place): ResponsesOutput {
  const id = output.id ?? mintId('ig', at)
  const place = { item_id: id, output_index: at.index }
  const call = { id, type: 'image_generation_call' }
  let previews = 0
  return {
    added: { ...call, status: 'in_progress', result: null },
    growing: [
      send('response.image_generation_call.in_progress', place),
      send('response.image_generation_call.generating', place),
      ...piecesOf(output.previews ?? [], at.paceMs).map((preview) =>
        isPause(preview)
          ? preview
          : send('response.image_generation_call.partial_image', {
              ...place,
              partial_image_index: previews++,
              partial_image_b64: preview,
            }),
      ),
    ],
    closing: [send('response.image_generation_call.completed', place)],
    done: { ...call, status: 'completed', result: output.data },
  }
}
