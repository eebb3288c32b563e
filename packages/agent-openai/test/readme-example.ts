import { Agent } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { createChatKitHandler, MemoryStore } from '@robolearn/chatkit-server-core'

const server = new AgentChatKitServer<{ userId: string }>({
  store: new MemoryStore(),
  owner: (context) => context.userId,
  agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor. Answer in a few sentences.' }),
})

export const handler = createChatKitHandler(server, {
  // Everyone is the same person here: put your own session check in its place.
  authenticate: () => ({ userId: 'me' }),
})
