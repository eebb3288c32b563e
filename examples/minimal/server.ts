import { serve } from '@hono/node-server'
import { ChatKitServer, MemoryStore, createChatKitHandler, textStream } from '@robolearn/chatkit-server-core'
import type { Turn } from '@robolearn/chatkit-server-core'
import { Hono } from 'hono'

interface Context {
  userId: string
}

class EchoServer extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    const [first] = turn.userMessage?.content ?? []
    yield* textStream(turn, ['You said: ', first?.text ?? 'nothing'])
  }
}

const server = new EchoServer({ store: new MemoryStore(), owner: (context) => context.userId })
const handler = createChatKitHandler(server, { authenticate: () => ({ userId: 'everybody' }) })

const app = new Hono()
app.post('/chatkit', (c) => handler.fetch(c.req.raw))
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`POST to http://localhost:${port}/chatkit`)
})
