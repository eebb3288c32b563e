import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { asksTheTutor } from './readme-example.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

it('shows how an agent is tested, with a file that runs', async () => {
  expect(read('../../README.md')).toContain(`\`\`\`ts\n${read('readme-example.ts')}\`\`\``)
  expect(await asksTheTutor()).toEqual({
    answer: 'A node is a process.',
    sent: [{ role: 'user', content: 'What is a node?' }],
  })
})
