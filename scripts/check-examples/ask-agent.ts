// Asks the server of the README of agent-openai, whose model is the double that the package brings.
import { OpenAIProvider, setDefaultModelProvider } from '@openai/agents'
import { openModelDouble } from '@robolearn/agent-openai/testing'
import { handler } from './server.ts'

await using model = await openModelDouble({ script: ['A node is a process.'] })
setDefaultModelProvider(new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl }))
const input = { content: [{ type: 'input_text', text: 'What is a node?' }] }
const request = new Request('http://localhost/chatkit', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ type: 'threads.create', params: { input } }),
})
const text = await (await handler.fetch(request)).text()
const [, words] = /"type":"thread.item.done".*"type":"assistant_message".*"text":"([^"]*)"/.exec(text) ?? []
console.log(words ?? text)
