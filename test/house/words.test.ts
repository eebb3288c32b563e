import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MESSAGES } from '../../packages/chatkit-server-core/src/index.ts'
import { ROOT, sourceFiles } from './source-files.ts'

const CATALOGUE = 'packages/chatkit-server-core/src/messages/messages.ts'
const files = ['chatkit-server-core', 'store-postgres', 'agent-openai', 'rag-tool']
  .flatMap((name) => sourceFiles(`packages/${name}/src`))
  // What is said to test stores is said to nobody.
  .filter(({ path }) => path !== CATALOGUE && !path.includes('/src/testing/'))
  .map(({ path }) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

/** What stands behind each place that matches, as far as it can matter. */
const behind = (pattern: RegExp): { path: string; rest: string }[] =>
  files.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
      path,
      rest: text.slice(index + found.length, index + found.length + 300),
    })),
  )

/** The bridge to the Agents SDK says a few sentences of its own, in English: they are not among the server's messages. */
const isOfServer = ({ path }: { path: string }): boolean => !path.startsWith('packages/agent-openai/')

const places = (found: { path: string; rest: string }[]): string[] =>
  found.map(({ path, rest }) => `${path}: ${rest.slice(0, 60)}`)

describe('what users read is in the catalogue of messages', () => {
  it('every refusal takes its words from there', () => {
    const refusals = behind(/new (?:ChatKitError|UploadRefusal)\(\s*[^,]+,\s*/g)
    expect(refusals.length).toBeGreaterThan(40)
    // The key itself, a choice of two, or what a function of the same file was given.
    const wrong = refusals.filter(({ rest }) => !/^(?:words\b|[^'"`]{0,60}\{\s*key:)/.test(rest))
    expect(places(wrong)).toEqual([])
  })

  it('no error of a stream says words of the server to a user', () => {
    const thrown = behind(/new StreamError\(/g).filter(isOfServer)
    expect(places(thrown.filter(({ rest }) => !/\bcode:/.test(rest)))).toEqual([])
  })

  it('no notice, progress or error event is worded in the sources', () => {
    const told = behind(/type: '(?:notice|progress_update|error)'/g).filter(isOfServer)
    expect(told.length).toBeGreaterThan(0)
    const wrong = told.filter(({ rest }) => /^[^}]*\b(?:message|text|title): ?['"`]/.test(rest))
    expect(places(wrong)).toEqual([])
  })

  it('no message of it is left that nothing says', () => {
    const unused = Object.keys(MESSAGES).filter((key) => !files.some(({ text }) => text.includes(`'${key}'`)))
    expect(unused).toEqual([])
  })

  it('the facts of a message are those that it is given', () => {
    const given = behind(/\bkey: '/g).flatMap(({ path, rest }) => {
      const [key = ''] = rest.split("'", 1)
      const wanted = [...(MESSAGES[key as keyof typeof MESSAGES] ?? '').matchAll(/\{(\w+)\}/g)].map(
        ([, name]) => name,
      )
      return wanted.length > 0 && !rest.slice(0, 40 + key.length).includes('facts') ? [`${path}: ${key}`] : []
    })
    expect(given).toEqual([])
  })
})
