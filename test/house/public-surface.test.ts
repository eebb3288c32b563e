import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './source-files.ts'

const ENTRIES: Record<string, Record<string, string>> = {}
for (const name of ['chatkit-server-core', 'store-postgres', 'agent-openai', 'rag-tool']) {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8')) as {
    exports: Record<string, string>
    publishConfig: { exports: Record<string, unknown> }
  }
  ENTRIES[name] = manifest.exports
  it(`${name} publishes the same entries that the repository uses`, () => {
    expect(Object.keys(manifest.publishConfig.exports)).toEqual(Object.keys(manifest.exports))
  })
}

/** The names that an entry exports. Entries only re-export by name, so that reading them is enough. */
function exportedNames(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const names: string[] = []
  for (const [, type, list = ''] of text.matchAll(/^export (type )?\{([^}]*)\}/gm)) {
    for (const entry of list.split(',')) {
      const name = entry.trim().split(' as ').at(-1)
      if (name) names.push(type ? `type ${name}` : name)
    }
  }
  for (const [, name] of text.matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)) {
    if (name) names.push(name)
  }
  for (const [, name] of text.matchAll(/^export (?:interface|type) (\w+)/gm)) {
    if (name) names.push(`type ${name}`)
  }
  return names.toSorted()
}

describe('the public surface is the one that someone chose', () => {
  for (const [name, entries] of Object.entries(ENTRIES)) {
    for (const [subpath, file] of Object.entries(entries)) {
      it(`${name} ${subpath}`, async () => {
        const path = join(ROOT, 'packages', name, file)
        expect(readFileSync(path, 'utf8')).not.toMatch(/^export \*/m)
        const names = exportedNames(path)
        expect(names).toMatchSnapshot()
        const values = Object.keys((await import(path)) as object).toSorted()
        expect(values).toEqual(names.filter((entry) => !entry.startsWith('type ')))
      })
    }
  }
})
