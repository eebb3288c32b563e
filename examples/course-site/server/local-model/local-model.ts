import { setTimeout as sleep } from 'node:timers/promises'
import {
  Usage,
  type Model,
  type ModelRequest,
  type ModelResponse,
  type StreamEvent,
  type protocol,
} from '@openai/agents'
import { readLessons } from './find-lesson.ts'
import { readConversation } from './read-conversation.ts'
import { think, type Thought } from './think.ts'

const TOKEN = /\s*[^\s【】]+|\s*【\d+】|\s+/gu

/**
 * Stands in for a language model where no key is set: it really calls the tutor's tools, and answers with sentences
 * of the passages that a search has found, marked as citations, word by word. It understands nothing but the words in
 * one table (`think.ts`).
 */
export class LocalModel implements Model {
  readonly #delayMs: number

  constructor({ delayMs }: { delayMs: number }) {
    this.#delayMs = delayMs
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    return { usage: new Usage(), output: [toItem(thinkAbout(request))] }
  }

  async *getStreamedResponse(request: ModelRequest): AsyncGenerator<StreamEvent> {
    yield { type: 'response_started' }
    const thought = thinkAbout(request)
    for (const delta of thought.say?.match(TOKEN) ?? []) {
      await sleep(this.#delayMs, undefined, request.signal ? { signal: request.signal } : {})
      yield { type: 'output_text_delta', delta }
    }
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 }
    yield { type: 'response_done', response: { id: crypto.randomUUID(), usage, output: [toItem(thought)] } }
  }
}

const thinkAbout = (request: ModelRequest): Thought =>
  think(readConversation(request), readLessons(request.systemInstructions))

function toItem({ call, say }: Thought): protocol.FunctionCallItem | protocol.AssistantMessageItem {
  if (!call) {
    return {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: say }],
    }
  }
  return {
    type: 'function_call',
    status: 'completed',
    callId: `call_${crypto.randomUUID()}`,
    name: call.tool,
    arguments: JSON.stringify(call.args),
  }
}
