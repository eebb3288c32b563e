import { Agent, type RunContext, tool } from '@openai/agents'
import { type AgentContext, AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'
import { z } from 'zod'

interface Person {
  userId: string
}

const readSelection = tool({
  name: 'read_selection',
  description: 'What the user has marked on the page.',
  parameters: z.object({}),
  // What is returned stands in for the answer of the page; the model never sees it.
  execute: (_input, run?: RunContext<AgentContext<Person>>) =>
    run?.context.callClientTool('read_selection') ?? '',
})

export const server = new AgentChatKitServer<Person>({
  store: new MemoryStore(),
  owner: (person) => person.userId,
  agent: new Agent<AgentContext<Person>>({
    name: 'Tutor',
    instructions: 'You are a tutor.',
    tools: [readSelection],
  }),
})
