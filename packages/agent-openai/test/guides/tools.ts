import { Agent, type RunContext, tool } from '@openai/agents'
import { type AgentContext, AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'
import { z } from 'zod'

interface Person {
  userId: string
  language: 'en' | 'de'
}

const searchLessons = tool({
  name: 'search_lessons',
  description: 'Searches the lessons of the course.',
  parameters: z.object({ query: z.string() }),
  execute: async ({ query }, run?: RunContext<AgentContext<Person>>) => {
    const context = run?.context
    context?.stream({ type: 'progress_update', text: `Searching for ${query}` })
    context?.cite({ type: 'url', url: 'https://course.example/nodes', title: 'Nodes' })
    await context?.remember(`Searched the lessons for ${query}.`)
    return 'A node is a process that computes.'
  },
})

export const server = new AgentChatKitServer<Person>({
  store: new MemoryStore(),
  owner: (person) => person.userId,
  agent: new Agent<AgentContext<Person>>({
    name: 'Tutor',
    instructions: 'Look it up before you answer.',
    tools: [searchLessons],
  }),
  showTools: {
    labels: {
      search_lessons: ({ turn }) =>
        (turn.context as Person).language === 'de' ? 'Durchsucht die Lektionen' : 'Searches the lessons',
    },
  },
})
