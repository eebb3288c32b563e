import type { AddressInfo } from 'node:net'
import { ChatKitServer, MemoryStore, createChatKitHandler, textStream } from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import type { Turn } from '@robolearn/chatkit-server-core'
import express from 'express'

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

const app = express()
// It may stand before the handler, and need not.
app.use(express.json())
app.post('/chatkit', toNodeHandler(handler))

const http = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`POST to http://localhost:${(http.address() as AddressInfo).port}/chatkit`)
})
