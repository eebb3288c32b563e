import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import {
  ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  textStream,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'

class EchoServer extends ChatKitServer<{ userId: string }> {
  async *respond(turn: Turn<{ userId: string }>) {
    yield* textStream(turn, ['You said: ', turn.userMessage?.content[0]?.text ?? 'nothing'])
  }
}

const server = new EchoServer({ store: new MemoryStore(), owner: ({ userId }) => userId })
const handler = createChatKitHandler(server, { authenticate: () => ({ userId: 'everybody' }) })
const http = createServer(toNodeHandler(handler)).listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`POST to http://localhost:${(http.address() as AddressInfo).port}/chatkit`)
})
