import { Agent, type RunContext, tool } from '@openai/agents'
import { type AgentContext, AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore, type WidgetRoot } from '@robolearn/chatkit-server-core'
import { z } from 'zod'

interface Person {
  userId: string
}

const card = (value: string, streaming: boolean): WidgetRoot => ({
  type: 'Card',
  children: [{ type: 'Text', id: 'plan', value, streaming }],
})

async function* plan(): AsyncGenerator<WidgetRoot> {
  yield card('', true)
  yield card('1. Nodes', true)
  yield card('1. Nodes 2. Topics', false)
}

const showPlan = tool({
  name: 'show_plan',
  description: 'Shows a plan for learning.',
  parameters: z.object({}),
  execute: async (_input, run?: RunContext<AgentContext<Person>>) => {
    await run?.context.streamWidget(plan(), { copyText: '1. Nodes 2. Topics' })
    return 'The plan is shown.'
  },
})

export const server = new AgentChatKitServer<Person>({
  store: new MemoryStore(),
  owner: (person) => person.userId,
  agent: new Agent<AgentContext<Person>>({
    name: 'Tutor',
    instructions: 'You are a tutor.',
    tools: [showPlan],
  }),
})
