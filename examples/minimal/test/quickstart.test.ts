import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

const FILE = join(import.meta.dirname, '../server.ts')

it('is the quickstart of the README, in at most 25 lines', () => {
  const source = readFileSync(FILE, 'utf8')
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${source}\`\`\``)
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(25)
})

it('answers over HTTP when it is started', async () => {
  const child = spawn(process.execPath, [FILE], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const line = await lines.next()
    const url = /http:\S+/.exec(String(line.value))?.[0] ?? ''
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'threads.create',
        params: {
          input: { content: [{ type: 'input_text', text: 'Hello' }], attachments: [], inference_options: {} },
        },
      }),
    })
    expect(await response.text()).toContain('"text":"You said: Hello"')
  } finally {
    child.kill()
  }
})
