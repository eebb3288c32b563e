import { ChatKitServer, MemoryStore, createChatKitHandler, textStream } from '@robolearn/chatkit-server-core'
import type { Turn } from '@robolearn/chatkit-server-core'
import { after } from 'next/server'

interface Context {
  userId: string
}

class EchoServer extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    const [first] = turn.userMessage?.content ?? []
    yield* textStream(turn, ['You said: ', first?.text ?? 'nothing'])
  }
}

// In memory for the first try: where requests come to several processes, `PostgresStore` takes its place.
const server = new EchoServer({ store: new MemoryStore(), owner: (context) => context.userId })
const handler = createChatKitHandler(server, { authenticate: () => ({ userId: 'everybody' }) })

/** Seconds that the platform gives an answer; keep `limits.maxRunMs` below it. */
export const maxDuration = 300

// `after` keeps the process awake until the answer of a client that left is stored.
export const POST = (request: Request): Promise<Response> => handler.fetch(request, { waitUntil: after })
