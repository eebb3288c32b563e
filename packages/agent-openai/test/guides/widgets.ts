import { Agent, type RunContext, tool } from '@openai/agents'
import { type AgentContext, AgentChatKitServer } from '@robolearn/agent-openai'
import { type ActionTurn, MemoryStore, textStream, type WidgetRoot } from '@robolearn/chatkit-server-core'
import { z } from 'zod'

interface Person {
  userId: string
}

const start = {
  type: 'Button',
  label: 'Begin',
  onClickAction: { type: 'plan.begin', payload: { lesson: 1 } },
}

const card = (value: string, streaming: boolean): WidgetRoot => ({
  type: 'Card',
  children: [{ type: 'Text', id: 'plan', value, streaming }, start],
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

/** What the button sends can be forged like any request. */
const begin = z.object({ lesson: z.int().min(1).max(2) })

class Tutor extends AgentChatKitServer<Person> {
  override async *action(turn: ActionTurn<Person>) {
    if (turn.action.type !== 'plan.begin') return yield* super.action(turn)
    const { lesson } = begin.parse(turn.action.payload)
    yield* textStream(turn, [`Open lesson ${lesson}.`])
  }
}

export const server = new Tutor({
  store: new MemoryStore(),
  owner: (person) => person.userId,
  agent: new Agent<AgentContext<Person>>({
    name: 'Tutor',
    instructions: 'You are a tutor.',
    tools: [showPlan],
  }),
})
