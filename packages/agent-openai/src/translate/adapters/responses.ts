import type { ModelCitation, ModelEvent, ResponseEnding } from '../model-event.ts'
import { textsOf } from './texts-of.ts'

/** An event of the Responses API's stream, as far as it is read here. */
interface RawEvent {
  type?: string
  output_index?: number
  content_index?: number
  summary_index?: number
  partial_image_index?: number
  partial_image_b64?: string
  item_id?: string
  delta?: string
  text?: string
  annotation?: ModelCitation
  item?: RawItem
  response?: { incomplete_details?: { reason?: string } | null }
}

interface RawItem {
  type?: string
  id?: string
  result?: string | null
  output_format?: string
  content?: unknown[]
}

/** What a raw event of the Responses API says; undefined where it says nothing to a reader. */
export function fromResponses(raw: RawEvent): ModelEvent | undefined {
  const output = raw.output_index ?? 0
  switch (raw.type) {
    case 'response.output_text.delta':
    case 'response.refusal.delta':
      return { type: 'text', at: { output, part: raw.content_index ?? 0 }, delta: raw.delta ?? '' }
    case 'response.output_text.annotation.added':
      return (
        raw.annotation && {
          type: 'citation',
          at: { output, part: raw.content_index ?? 0 },
          citation: raw.annotation,
        }
      )
    case 'response.reasoning_summary_text.delta':
      return { type: 'reasoning', at: { output, part: raw.summary_index ?? 0 }, delta: raw.delta ?? '' }
    case 'response.reasoning_summary_text.done':
      return { type: 'reasoning_end', at: { output, part: raw.summary_index ?? 0 }, text: raw.text }
    case 'response.image_generation_call.partial_image':
      return {
        type: 'image_preview',
        output,
        index: raw.partial_image_index ?? 0,
        image: { id: raw.item_id, url: dataUrl(raw.partial_image_b64 ?? '') },
      }
    case 'response.output_item.added':
      return itemAdded(raw.item, output)
    case 'response.output_item.done':
      return itemDone(raw.item, output)
    case 'response.incomplete':
      return { type: 'response_end', messages: [], ending: endingOf(raw.response) }
    default:
      return undefined
  }
}

function itemAdded(item: RawItem | undefined, output: number): ModelEvent | undefined {
  if (item?.type === 'reasoning') return { type: 'reasoning_start' }
  return item?.type === 'image_generation_call' ? { type: 'image_start', output } : undefined
}

function itemDone(item: RawItem | undefined, output: number): ModelEvent | undefined {
  if (item?.type === 'message') return { type: 'message_end', output, texts: textsOf(item.content ?? []) }
  if (item?.type !== 'image_generation_call' || !item.result) return undefined
  return { type: 'image_end', output, image: { id: item.id, url: dataUrl(item.result, item.output_format) } }
}

const endingOf = (response: RawEvent['response']): ResponseEnding =>
  response?.incomplete_details?.reason === 'content_filter' ? 'filtered' : 'incomplete'

const dataUrl = (base64: string, format = 'png'): string => `data:image/${format};base64,${base64}`
