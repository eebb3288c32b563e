import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { ChatKitServer, MemoryStore, createChatKitHandler, textStream } from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import type { Turn } from '@robolearn/chatkit-server-core'

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
const handler = createChatKitHandler(server, {
  authenticate: ({ headers }) => {
    // In its place: a session cookie or a token that is checked (docs/guides/authenticate.md).
    const userId = headers.get('authorization')
    return userId === null ? undefined : { userId }
  },
  // Which pages of other origins may use it.
  cors: { origins: ['http://localhost:5173'] },
})

const http = createServer(toNodeHandler(handler))
http.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`POST to http://localhost:${(http.address() as AddressInfo).port}/chatkit`)
})

// New messages are refused, and answers under way have ten seconds to finish.
process.once('SIGTERM', () => {
  http.close()
  void server.close({ graceMs: 10_000 }).finally(() => http.closeAllConnections())
})
