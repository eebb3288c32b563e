import type { StreamEvent } from '@openai/agents'
import { assistantMessage, modelStream } from '@openai/agents/testing'

type Output = Extract<StreamEvent, { type: 'response_done' }>['response']['output']

export const started = (): StreamEvent => ({ type: 'response_started' })

export const delta = (text: string): StreamEvent => ({ type: 'output_text_delta', delta: text })

/** As the Responses API numbers its outputs and their parts. */
export const deltaAt = (outputIndex: number, contentIndex: number, text: string): StreamEvent => ({
  type: 'output_text_delta',
  delta: text,
  providerData: { output_index: outputIndex, content_index: contentIndex },
})

export const done = (output: Output): StreamEvent => ({
  type: 'response_done',
  response: { id: 'resp_1', usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, output },
})

export const message = (...texts: string[]) => ({
  ...assistantMessage(''),
  content: texts.map((text) => ({ type: 'output_text' as const, text })),
})

/** A response that streams these pieces of one text. */
export const streamed = (...pieces: string[]) =>
  modelStream([started(), ...pieces.map(delta), done([message(pieces.join(''))])])
