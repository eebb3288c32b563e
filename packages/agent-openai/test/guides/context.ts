import { Agent } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'

interface Person {
  userId: string
  plan: 'free' | 'school'
}

export const server = new AgentChatKitServer<Person>({
  store: new MemoryStore(),
  owner: (person) => person.userId,
  agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor.' }),
  // Facts that you know by yourself. What the page says comes by itself, as data.
  context: ({ context }) => ({ plan: context.plan }),
})
