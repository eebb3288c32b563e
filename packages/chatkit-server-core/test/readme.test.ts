import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { create } from './test-server.ts'

const example = new URL('readme-example.ts', import.meta.url)

it('the README shows an example that answers', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(`\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\``)
  const child = spawn(process.execPath, [fileURLToPath(example)], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const response = await fetch(/http:\S+/.exec(line)?.[0] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(create('Hello')),
    })
    expect(await response.text()).toContain('"text":"You said: Hello"')
  } finally {
    child.kill()
  }
})
