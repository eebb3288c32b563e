import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ChatOpenAI } from '@langchain/openai'
import { ChatKitServer, MemoryStore, createChatKitHandler, textStream } from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import type { Turn } from '@robolearn/chatkit-server-core'

interface Context {
  userId: string
}

/** Without a key: a model of LangChain's own test kit, which says one sentence, character by character. */
const model = process.env.OPENAI_API_KEY
  ? new ChatOpenAI({ model: 'gpt-5-mini' })
  : new FakeListChatModel({ responses: ['A node is a process.'] })

const graph = new StateGraph(MessagesAnnotation)
  .addNode('tutor', async ({ messages }, config) => ({ messages: [await model.invoke(messages, config)] }))
  .addEdge(START, 'tutor')
  .addEdge('tutor', END)
  .compile()

class Tutor extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    yield* textStream(turn, wordsOf(turn))
  }
}

/** What the node "tutor" says. The words of other nodes' models are not for the user. */
async function* wordsOf(turn: Turn<Context>): AsyncGenerator<string> {
  const input = { messages: await messagesOf(turn) }
  // The signal stops the graph; `thread_id` is where a checkpointer of the graph would keep its state.
  const config = { signal: turn.signal, configurable: { thread_id: turn.thread.id } }
  const pieces = await graph.stream(input, { ...config, streamMode: 'messages' })
  for await (const [message, { langgraph_node: node }] of pieces) {
    if (node === 'tutor') yield message.text
  }
}

/** What was said in the thread, the newest twenty items, the message to answer among them. */
async function messagesOf({ thread, store }: Turn<Context>): Promise<BaseMessage[]> {
  const { data } = await store.listItems(thread.id, { limit: 20, order: 'desc', include: 'visible' })
  return data.toReversed().flatMap((item) => {
    if (item.type !== 'user_message' && item.type !== 'assistant_message') return []
    const text = item.content.map((part) => part.text).join('\n')
    return [item.type === 'user_message' ? new HumanMessage(text) : new AIMessage(text)]
  })
}

const server = new Tutor({ store: new MemoryStore(), owner: (context) => context.userId })
const handler = createChatKitHandler(server, { authenticate: () => ({ userId: 'everybody' }) })

const http = createServer(toNodeHandler(handler))
http.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`POST to http://localhost:${(http.address() as AddressInfo).port}/chatkit`)
})
