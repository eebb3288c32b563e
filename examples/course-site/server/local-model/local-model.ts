import { setTimeout as sleep } from 'node:timers/promises'
import {
  Usage,
  type Model,
  type ModelRequest,
  type ModelResponse,
  type StreamEvent,
  type protocol,
} from '@openai/agents'
import { composeAnswer, contentWords } from './compose-answer.ts'
import { readConversation } from './read-conversation.ts'

const TOKEN = /\s*[^\s【】]+|\s*【\d+】|\s+/gu

/**
 * Stands in for a language model where no key is set: it really calls the search tool, and answers with sentences
 * of the passages that were found, marked as citations, word by word. It understands nothing.
 */
export class LocalModel implements Model {
  readonly #delayMs: number

  constructor({ delayMs }: { delayMs: number }) {
    this.#delayMs = delayMs
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    return { usage: new Usage(), output: [toItem(think(request))] }
  }

  async *getStreamedResponse(request: ModelRequest): AsyncGenerator<StreamEvent> {
    yield { type: 'response_started' }
    const thought = think(request)
    for (const delta of thought.answer?.match(TOKEN) ?? []) {
      await sleep(this.#delayMs, undefined, request.signal ? { signal: request.signal } : {})
      yield { type: 'output_text_delta', delta }
    }
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
    yield { type: 'response_done', response: { id: crypto.randomUUID(), usage, output: [toItem(thought)] } }
  }
}

/** Either a search to be made, or an answer. */
type Thought =
  | { search: { tool: string; query: string }; answer?: never }
  | { answer: string; search?: never }

function think({ input, tools }: Pick<ModelRequest, 'input' | 'tools'>): Thought {
  const { question, about, passages } = readConversation({ input })
  // "Explain this" says nothing to search for: then it is about what is marked, or about the page.
  const query = contentWords(question).size > 0 ? question : [question, ...about].join(' ')
  const [tool] = tools
  if (passages === undefined && tool?.type === 'function') return { search: { tool: tool.name, query } }
  return { answer: composeAnswer(query, passages ?? []) }
}

function toItem({ search, answer }: Thought): protocol.FunctionCallItem | protocol.AssistantMessageItem {
  if (!search) {
    return {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: answer }],
    }
  }
  return {
    type: 'function_call',
    status: 'completed',
    callId: `call_${crypto.randomUUID()}`,
    name: search.tool,
    arguments: JSON.stringify({ query: search.query }),
  }
}
