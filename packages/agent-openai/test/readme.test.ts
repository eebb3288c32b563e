import { setDefaultModelProvider } from '@openai/agents'
import { ScriptedModel } from '@openai/agents/testing'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { streamed } from './model-events.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

it('shows an example that is a real file and answers', async () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('readme-example.ts')}\`\`\``)

  setDefaultModelProvider({ getModel: () => new ScriptedModel([streamed('A node is a process.')]) })
  const { handler } = await import('./readme-example.ts')
  const body = {
    type: 'threads.create',
    params: { input: { content: [{ type: 'input_text', text: 'What is a node?' }] } },
  }
  const response = await handler.fetch(
    new Request('http://localhost/chatkit', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('"text":"A node is a process."')
})
