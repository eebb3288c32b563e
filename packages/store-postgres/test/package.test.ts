import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as surface from '@robolearn/store-postgres'
import { expect, it } from 'vitest'

const home = join(import.meta.dirname, '..')

it('exports what was chosen, and nothing else', () => {
  expect(Object.keys(surface).toSorted()).toEqual(['PostgresStore', 'StoreError', 'openEmbedded'])
})

it('shows an example that runs, and finds its conversations again', { timeout: 60_000 }, async () => {
  const path = join(home, 'examples/keep-a-conversation.ts')
  const readme = await readFile(join(home, 'README.md'), 'utf8')
  expect(readme).toContain(await readFile(path, 'utf8'))

  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  const run = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, [path, folder])).stdout
  expect(await run()).toBe('Ada has 0 conversations\n')
  expect(await run()).toBe('Ada has 1 conversations\n')
  await rm(folder, { recursive: true })
})
