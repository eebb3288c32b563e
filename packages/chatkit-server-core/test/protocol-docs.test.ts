import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderProtocolDocs } from '../../../scripts/protocol-docs/render.ts'
import { ERRORS } from '../src/errors.ts'
import { requestSchemas } from '../src/protocol/requests.ts'

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8')

it('docs/protocol.md says what the schemas say: if not, run `npx pnpm@12.21.0 docs:protocol`', () => {
  expect(page).toBe(renderProtocolDocs())
})

it('has a section for every operation', () => {
  for (const type of Object.keys(requestSchemas)) expect(page).toContain(`\n### ${type}\n`)
})

it('lists the error codes that there are, with their statuses, and no others', () => {
  const rows = [...page.matchAll(/^\| (\d{3}) +\| `(\w+)` +\| \S/gm)].map(([, status, code]) => [
    code,
    Number(status),
  ])
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(ERRORS).map(([code, { status }]) => [code, status])),
  )
})

it('has a heading for every link within the page', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  const headings = new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading)))
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target)
  expect(links.filter((target) => !headings.has(target ?? ''))).toEqual([])
})
