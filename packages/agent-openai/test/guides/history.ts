import { Agent } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'

export const server = new AgentChatKitServer<{ userId: string }>({
  store: new MemoryStore(),
  owner: (context) => context.userId,
  agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor.' }),
  history: {
    maxItems: 2,
    maxTokens: 4000,
    summarize: (left) => `${left.length} earlier entries are left out.`,
  },
})
