import { Agent, OpenAIProvider } from '@openai/agents'
import { AgentChatKitServer } from '@robolearn/agent-openai'
import { openModelDouble } from '@robolearn/agent-openai/testing'
import { MemoryStore, readEvents } from '@robolearn/chatkit-server-core'

/** One question to the agent, answered by a model that only plays its script: what it was sent, and what came of it. */
export async function askTutor(text: string) {
  await using model = await openModelDouble({ script: ['A node is a process.'] })
  const server = new AgentChatKitServer<{ userId: string }>({
    store: new MemoryStore(),
    owner: (context) => context.userId,
    agent: new Agent({ name: 'Tutor', instructions: 'You are a tutor.' }),
    modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl }),
  })
  const params = { input: { content: [{ type: 'input_text', text }] } }
  const reply = await server.process({ type: 'threads.create', params }, { userId: 'ada' })
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const types: string[] = []
  for await (const event of readEvents(reply.reader)) types.push(event.type)
  return { types, instructions: model.requests[0]?.body.instructions }
}
