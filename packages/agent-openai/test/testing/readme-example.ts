import { Agent, OpenAIProvider, Runner } from '@openai/agents'
import { openModelDouble } from '@robolearn/agent-openai/testing'

export async function asksTheTutor() {
  await using model = await openModelDouble({ script: ['A node is a process.'] })
  const modelProvider = new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl })
  const runner = new Runner({ modelProvider, tracingDisabled: true })
  const result = await runner.run(new Agent({ name: 'Tutor' }), 'What is a node?')
  return { answer: result.finalOutput, sent: model.requests[0]?.body.input }
}
