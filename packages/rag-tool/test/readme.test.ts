import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

it('shows an example that runs', async () => {
  const example = await readFile(here('readme-example.ts'), 'utf8')
  expect(await readFile(here('../README.md'), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\`\n`)
  const { stdout } = await promisify(execFile)(process.execPath, [here('readme-example.ts'), here('lessons')])
  const [first, second] = stdout.split('\n')
  expect(first).toBe('4 documents added, 0 failed')
  expect(second).toBe('motion/quaternions.md › Quaternions')
}, 60_000)
