import { Agent } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { MemoryStore } from '@robolearn/chatkit-server-core'

const agent = new Agent({
  name: 'Tutor',
  instructions: 'You are a tutor.',
  inputGuardrails: [
    {
      name: 'no homework',
      execute: async ({ input }) => ({
        tripwireTriggered: JSON.stringify(input).includes('my homework'),
        outputInfo: undefined,
      }),
    },
  ],
})

export const server = new AgentChatKitServer<{ userId: string }>({
  store: new MemoryStore(),
  owner: (context) => context.userId,
  agent,
  guardrailMessage: ({ kind }) =>
    kind === 'input' ? 'I explain, but I do not do homework.' : 'Let me put that in another way.',
})
