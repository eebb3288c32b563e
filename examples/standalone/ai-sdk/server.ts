import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { openai } from '@ai-sdk/openai'
import { ChatKitServer, MemoryStore, createChatKitHandler, textStream } from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import type { Turn } from '@robolearn/chatkit-server-core'
import { simulateReadableStream, streamText, type ModelMessage, type TextStreamPart, type ToolSet } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

interface Context {
  userId: string
}

/** Without a key: a model of the AI SDK's own test kit, which says one sentence. */
const standIn = new MockLanguageModelV4({
  doStream: async ({ prompt }) => ({
    stream: simulateReadableStream({
      chunks: [
        { type: 'stream-start', warnings: [] },
        { type: 'text-start', id: '1' },
        ...['A node ', 'is a process. ', `(${prompt.length} messages were read.)`].map((delta) => ({
          type: 'text-delta' as const,
          id: '1',
          delta,
        })),
        { type: 'text-end', id: '1' },
        {
          type: 'finish',
          finishReason: { unified: 'stop', raw: undefined },
          usage: {
            inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
            outputTokens: { total: 1, text: 1, reasoning: 0 },
          },
        },
      ],
    }),
  }),
})

class Tutor extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    const result = streamText({
      model: process.env.OPENAI_API_KEY ? openai('gpt-5-mini') : standIn,
      instructions: 'You are a tutor. Answer in a few sentences.',
      messages: await messagesOf(turn),
      // Stop, limits and shutdowns reach the model.
      abortSignal: turn.signal,
      // Failures are thrown below, and told to `hooks.onError`.
      onError: () => {},
    })
    yield* textStream(turn, wordsOf(result.fullStream))
  }
}

/** `textStream` of the AI SDK ends without a word when the model fails: here the answer fails, too. */
async function* wordsOf(parts: AsyncIterable<TextStreamPart<ToolSet>>): AsyncGenerator<string> {
  for await (const part of parts) {
    if (part.type === 'error') throw part.error
    if (part.type === 'text-delta') yield part.text
  }
}

/** What was said in the thread, the newest twenty items, the message to answer among them. */
async function messagesOf({ thread, store }: Turn<Context>): Promise<ModelMessage[]> {
  const { data } = await store.listItems(thread.id, { limit: 20, order: 'desc', include: 'visible' })
  return data.toReversed().flatMap((item): ModelMessage[] => {
    if (item.type !== 'user_message' && item.type !== 'assistant_message') return []
    const content = item.content.map(({ text }) => text).join('\n')
    return [{ role: item.type === 'user_message' ? 'user' : 'assistant', content }]
  })
}

const server = new Tutor({ store: new MemoryStore(), owner: (context) => context.userId })
const handler = createChatKitHandler(server, { authenticate: () => ({ userId: 'everybody' }) })

const http = createServer(toNodeHandler(handler))
http.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`POST to http://localhost:${(http.address() as AddressInfo).port}/chatkit`)
})
