import { Agent } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { createChatKitHandler, MemoryStore } from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import { createServer } from 'node:http'

export const server = new AgentChatKitServer<{ userId: string }>({
  store: new MemoryStore(),
  owner: (context) => context.userId,
  agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor. Answer in a few sentences.' }),
})

const handler = createChatKitHandler(server, {
  // Everyone is the same person here: put your own session check in its place.
  authenticate: () => ({ userId: 'me' }),
})

export const http = createServer(toNodeHandler(handler))
if (process.env.PORT) http.listen(Number(process.env.PORT))
