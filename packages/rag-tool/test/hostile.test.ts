import { deflateSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openKnowledgeBase, type Document } from '../src/index.ts'
import { makePdf } from './make-pdf.ts'

let db: Kysely<unknown>
let runs = 0
beforeAll(async () => {
  db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await sql`select 1`.execute(db)
}, 60_000)
afterAll(() => db.destroy())

const sound: Document = { id: 'sound', text: '# Sound\n\nA robot senses.' }
const markdown = (text: string): Document => ({ id: 'hostile', text })
const html = (text: string): Document => ({ id: 'hostile', text, mediaType: 'text/html' })
const pdf = (bytes: Uint8Array): Document => ({ id: 'hostile', bytes, mediaType: 'application/pdf' })

const bomb = deflateSync(Buffer.alloc(130 * 1024 * 1024, ' '))
const inflating = (dictionary: string, data: Buffer): Uint8Array =>
  makePdf([[['x']]], { firstContent: { dictionary, data } })

async function ingest(hostile: Document, textTimeoutMs?: number) {
  const knowledge = await openKnowledgeBase({
    db,
    collection: `run ${(runs += 1)}`,
    limits: textTimeoutMs === undefined ? {} : { textTimeoutMs },
  })
  const report = await knowledge.ingest([hostile, sound])
  expect(await knowledge.search('senses')).toHaveLength(1)
  return { report, knowledge }
}

it.each<[string, Document, RegExp, number?]>([
  ['20,000 nested div', html(`${'<div>'.repeat(20_000)}findme`), /nested/],
  ['20,000 nested quotations', markdown(`${'> '.repeat(20_000)}findme`), /nested more than 200 deep/],
  ['lists in lists', markdown(`${'- '.repeat(5_000)}findme`), /nested more than 200 deep/],
  [
    'lists in lists, line by line',
    markdown(`${Array.from({ length: 400 }, (_, n) => `${'  '.repeat(n)}- a`).join('\n')} findme`),
    /longer than 1000 ms|nested more than 200 deep/,
    1_000,
  ],
  [
    'stars that keep a parser busy',
    markdown(`${'*a_ '.repeat(100_000)}findme`),
    /longer than 1000 ms/,
    1_000,
  ],
  [
    'tags that multiply',
    html(`${Array.from({ length: 20_000 }, (_, n) => `<b id=${n}>`).join('')}${'<p>'.repeat(20_000)}findme`),
    /longer than 1000 ms|too much memory|nested/,
    1_000,
  ],
])(
  'takes %s as plain text, says so, and goes on',
  async (_, hostile, reason, textTimeoutMs) => {
    const { report, knowledge } = await ingest(hostile, textTimeoutMs)
    expect(report).toMatchObject({ added: 2, failed: [] })
    expect(report.takenAsText).toEqual([{ id: 'hostile', message: expect.stringMatching(reason) }])
    const [found] = await knowledge.search('findme')
    expect(found).toMatchObject({ documentId: 'hostile', headingPath: [] })
    expect(found?.text).not.toContain('<')
  },
  60_000,
)

it('takes 16 KB of stars', async () => {
  const { report } = await ingest(markdown('*'.repeat(16_384)))
  expect(report).toMatchObject({ added: 2, failed: [] })
}, 60_000)

it.each<[string, Document, RegExp]>([
  ['that inflates', pdf(inflating('/Filter /FlateDecode', bomb)), /inflate to more than 128 MB/],
  [
    'that inflates twice',
    pdf(inflating('/Filter [/FlateDecode /FlateDecode]', deflateSync(bomb))),
    /inflate to more than 128 MB/,
  ],
  ['that is none', pdf(Buffer.from('not one')), /is no PDF that can be read/],
  ['that is empty', pdf(new Uint8Array()), /is no PDF that can be read/],
  ['that is too large', pdf(new Uint8Array(50_000_001)), /50000001 bytes; at most 50000000 are taken/],
])(
  'reports a PDF %s, and goes on',
  async (_, hostile, reason) => {
    const { report } = await ingest(hostile)
    expect(report).toMatchObject({ added: 1, takenAsText: [] })
    expect(report.failed).toEqual([{ id: 'hostile', message: expect.stringMatching(reason) }])
  },
  60_000,
)

it('leaves scripts, styles and tags out of a page that it takes as plain text', async () => {
  const { knowledge } = await ingest(
    html(
      `<style>p{} secretstyle</style><script>if (a<b) "secretscript"</script><p>findme${'<div>'.repeat(20_000)}`,
    ),
  )
  expect(await knowledge.search('findme')).toHaveLength(1)
  expect(await knowledge.search('secretstyle secretscript')).toEqual([])
}, 60_000)
