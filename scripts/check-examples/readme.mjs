import { readFileSync } from 'node:fs'

/** What a README tells to install first, and the first program that it shows. */
export function firstExample(path) {
  const text = readFileSync(path, 'utf8')
  const [, names = ''] = /npm install ([^\n`#]+)/.exec(text) ?? []
  const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(text) ?? []
  if (names === '' || program === '') throw new Error(`${path} shows no example, or not what it needs.`)
  return { needs: names.trim().split(/\s+/), program }
}
