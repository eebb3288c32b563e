import { Agent, tool } from '@openai/agents'
import { MemoryStore } from '@robolearn/chatkit-server-core'
import { expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { type AgentContext, AgentChatKitServer } from '../src/index.ts'
import type { Person } from './ask.ts'

const base = { store: new MemoryStore<Person>(), owner: (person: Person) => person.userId }

it('takes agents that know the context of the turn, agents that know none, and agents with an output type', () => {
  const plain = new Agent({ name: 'plain' })
  const typed = new Agent<AgentContext<Person>>({
    name: 'typed',
    instructions: ({ context }) => {
      expectTypeOf(context.requestContext).toEqualTypeOf<Person>()
      return 'x'
    },
    tools: [
      tool({
        name: 'who',
        description: 'Who is asking',
        parameters: z.object({}),
        execute: (_input, run) =>
          (run as { context: AgentContext<Person> } | undefined)?.context.requestContext.userId,
      }),
    ],
  })
  const structured = new Agent({ name: 'structured', outputType: z.object({ answer: z.string() }) })
  for (const agent of [plain, typed, structured]) {
    void new AgentChatKitServer<Person>({ ...base, agent })
    void new AgentChatKitServer<Person>({ ...base, agent: () => agent })
    void new AgentChatKitServer<Person>({
      ...base,
      agent: async () => ({ agent, transform: (events) => events }),
    })
  }
})

it('takes only facts as context of the application, and an agent of the same context', () => {
  const agent = new Agent({ name: 'plain' })
  void new AgentChatKitServer<Person>({ ...base, agent, context: () => ({ plan: 'free', trial: true }) })
  // @ts-expect-error a page is no fact of the application
  void new AgentChatKitServer<Person>({ ...base, agent, context: () => ({ page: { title: 'x' } }) })
  // @ts-expect-error this agent's tools count on another context
  void new AgentChatKitServer<Person>({ ...base, agent: new Agent<{ other: number }>({ name: 'other' }) })
})
