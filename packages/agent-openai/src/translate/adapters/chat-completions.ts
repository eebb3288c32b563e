import type { ModelEvent, Place } from '../model-event.ts'

/** A chunk of the Chat Completions API's stream, as far as it is read here. Other servers leave much of it out. */
interface RawChunk {
  choices?: { index?: number; delta?: RawDelta | null; finish_reason?: string | null }[] | null
}

interface RawDelta {
  content?: string | null
  refusal?: string | null
  /** DeepSeek, vLLM and others. */
  reasoning_content?: string | null
  /** OpenRouter, Ollama and others. */
  reasoning?: unknown
  annotations?: { type: string; url_citation?: Record<string, unknown> }[] | null
  images?: { image_url?: { url?: string } }[] | null
}

// A response is one message here: its words, and its refusal as a second part.
const TEXT: Place = { output: 0, part: 0 }
const REFUSAL: Place = { output: 0, part: 1 }

/** What a chunk of the Chat Completions API says, in order. */
export function fromChatCompletions(chunk: RawChunk): ModelEvent[] {
  const delta = primaryChoice(chunk)?.delta
  if (!delta) return []
  const events: ModelEvent[] = []
  const reasoning = delta.reasoning_content || delta.reasoning
  if (typeof reasoning === 'string' && reasoning) {
    events.push({ type: 'reasoning_start' }, { type: 'reasoning', at: TEXT, delta: reasoning })
  }
  if (delta.content) events.push({ type: 'text', at: TEXT, delta: delta.content })
  for (const { type, url_citation: citation } of delta.annotations ?? []) {
    if (citation) events.push({ type: 'citation', at: TEXT, citation: { ...citation, type } })
  }
  if (delta.refusal) events.push({ type: 'text', at: REFUSAL, delta: delta.refusal })
  for (const [index, { image_url: image }] of (delta.images ?? []).entries()) {
    if (image?.url)
      events.push({ type: 'image_end', output: index + 1, image: { id: undefined, url: image.url } })
  }
  return events
}

/** Why the model stopped; undefined in every chunk but one. */
export function finishReasonOf(chunk: RawChunk): string | undefined {
  return primaryChoice(chunk)?.finish_reason ?? undefined
}

const primaryChoice = ({ choices }: RawChunk) => choices?.find(({ index = 0 }) => index === 0)
