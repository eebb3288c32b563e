import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT, sourceFiles } from './source-files.ts'

it('every name of TypeScript on the page for those who come from Python is in the sources', () => {
  const page = readFileSync(join(ROOT, 'docs/migration-from-python.md'), 'utf8')
  const [, table = ''] = page.split('## Names')
  const cells = table
    .split('## What')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[2] ?? '')
  const names = (cells ?? []).flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.match(/[A-Za-z]\w{3,}/g) ?? []),
  )
  expect(names.length).toBeGreaterThan(40)
  const sources = ['chatkit-server-core', 'agent-openai'].flatMap((name) =>
    sourceFiles(`packages/${name}/src`).map(({ path }) => readFileSync(join(ROOT, path), 'utf8')),
  )
  const all = new Set(sources.join('\n').match(/\w+/g))
  const ofPackages = new Set(['robolearn', 'agent', 'openai'])
  expect(names.filter((name) => !all.has(name) && !ofPackages.has(name))).toEqual([])
})
