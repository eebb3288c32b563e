import type { ModelCitation, ModelEvent } from '../model-event.ts'

/** A part of an AI SDK model's stream, as far as it is read here. Its ids are `"0"` in every response. */
interface AiSdkPart {
  type?: string
  delta?: string
  sourceType?: string
  url?: string
  title?: string
  mediaType?: string
  data?: unknown
}

const AT = { output: 0, part: 0 }

/** A text delta in the SDK's own form. Only the Responses API numbers its outputs and their parts. */
export function fromTextDelta(delta: string, providerData: Record<string, unknown> | undefined): ModelEvent {
  const at = { output: numberOf(providerData?.output_index), part: numberOf(providerData?.content_index) }
  return { type: 'text', at, delta }
}

/** What a model that is neither of OpenAI's two kinds says beyond its text: the AI SDK's reasoning, sources, files. */
export function fromAiSdk(part: AiSdkPart): ModelEvent[] {
  switch (part.type) {
    case 'reasoning-start':
      return [{ type: 'reasoning_start' }]
    case 'reasoning-delta':
      return [{ type: 'reasoning_start' }, { type: 'reasoning', at: AT, delta: part.delta ?? '' }]
    case 'reasoning-end':
      return [{ type: 'reasoning_end', at: AT }]
    case 'source':
      return part.sourceType === 'url' ? [{ type: 'citation', at: AT, citation: citationOf(part) }] : []
    case 'file':
      return imageOf(part)
    default:
      return []
  }
}

const citationOf = ({ url, title }: AiSdkPart): ModelCitation => ({ type: 'url_citation', url, title })

function imageOf({ mediaType = '', data }: AiSdkPart): ModelEvent[] {
  if (!mediaType.startsWith('image/') || typeof data !== 'string') return []
  return [{ type: 'image_end', output: 0, image: { id: undefined, url: `data:${mediaType};base64,${data}` } }]
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
