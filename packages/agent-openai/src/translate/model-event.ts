import type { KeptToolCall } from '../kept-tool-call.ts'

/** Which output of the response it belongs to, and which part of that, by the model's numbers. */
export interface Place {
  readonly output: number
  readonly part: number
}

/** How a response ended: as it should, at the limit of its length, by a filter of the provider, or in the middle. */
export type ResponseEnding = 'completed' | 'incomplete' | 'filtered' | 'cut'

/**
 * What any model does, whichever API it speaks. Nothing in it is keyed by ids of the model: some repeat those, some
 * give one to everything.
 */
export type ModelEvent =
  | { readonly type: 'response_start' }
  /** Words of the answer; a refusal's words are words, too. */
  | { readonly type: 'text'; readonly at: Place; readonly delta: string }
  | { readonly type: 'citation'; readonly at: Place; readonly citation: ModelCitation }
  /** A message is whole; its parts, where the model says them once more. */
  | { readonly type: 'message_end'; readonly output: number; readonly texts: readonly string[] }
  | { readonly type: 'reasoning_start' }
  | { readonly type: 'reasoning'; readonly at: Place; readonly delta: string }
  | { readonly type: 'reasoning_end'; readonly at: Place; readonly text?: string | undefined }
  | { readonly type: 'image_start'; readonly output: number }
  | {
      readonly type: 'image_preview'
      readonly output: number
      readonly index: number
      readonly image: ModelImage
    }
  | { readonly type: 'image_end'; readonly output: number; readonly image: ModelImage }
  /** A tool of the server has answered. */
  | { readonly type: 'tool_result'; readonly call: KeptToolCall }
  /** The texts of every message of the response that has any. */
  | {
      readonly type: 'response_end'
      readonly messages: readonly (readonly string[])[]
      readonly ending: ResponseEnding
    }

/** A citation as the Responses API writes it, as which other APIs' citations come, too. */
export interface ModelCitation {
  /** `url_citation`, `file_citation`, `container_file_citation`, … */
  readonly type: string
  readonly [field: string]: unknown
}

export interface ModelImage {
  /** The model's id of it; where it has none, ours. */
  readonly id: string | undefined
  readonly url: string
}
