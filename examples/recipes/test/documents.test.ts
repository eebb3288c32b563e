import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

it.each([
  ['authenticate-jwt.ts', 'guides/authenticate.md'],
  ['authenticate-session.ts', 'guides/authenticate.md'],
  ['attachments.ts', 'attachments.md'],
])('%s is what docs/%s shows', (file, page) => {
  expect(read(`../../docs/${page}`)).toContain(`\`\`\`ts\n${read(file)}\`\`\``)
})
