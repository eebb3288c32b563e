import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, sql } from 'kysely'
import PDFParser from 'pdf2json'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createCitations,
  openKnowledgeBase,
  readableText,
  type Document,
  type Passage,
} from '../src/index.ts'
import { makePdf } from './make-pdf.ts'
import { sectionOf, seen } from './render-page.ts'

const page = (name: string): Promise<string> => readFile(new URL(`pages/${name}`, import.meta.url), 'utf8')
const TITLE = 'everywhere'

let db: Kysely<unknown>
let runs = 0
beforeAll(async () => {
  db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await sql`select 1`.execute(db)
}, 60_000)
afterAll(() => db.destroy())

/** All passages of a document, in the order in which they stand in it; each is a slice of its readable text. */
async function passagesOf(document: Document): Promise<Passage[]> {
  const knowledge = await openKnowledgeBase({ db, collection: `run ${(runs += 1)}` })
  const { failed, takenAsText } = await knowledge.ingest([{ ...document, title: TITLE }])
  expect([...failed, ...takenAsText]).toEqual([])
  const passages = await knowledge.search(TITLE, { limit: 100 })
  expect(passages).toHaveLength((await knowledge.stats()).chunks)
  const text = await readableText(document)
  for (const { text: slice, range } of passages) expect(slice).toBe(text.slice(range.start, range.end))
  return passages.toSorted((a, b) => a.range.start - b.range.start)
}

const collapsed = (text: string): string => text.replace(/\s+/g, ' ').trim()

describe('an HTML page', () => {
  const html = (text: string): Document => ({ id: 'page.html', text, mediaType: 'text/html' })

  it.each(['guide.html', 'old.html', 'urdu.html'])(
    'has the passages of %s under their anchors',
    async (name) => {
      const source = await page(name)
      const passages = await passagesOf(html(source))
      expect(passages.length).toBeGreaterThan(1)
      for (const passage of passages) {
        // Without an anchor of its own a section can only be somewhere on the page.
        const where =
          passage.anchor === undefined ? source : sectionOf(source.replaceAll('name=', 'id='), passage.anchor)
        expect(seen(where)).toContain(collapsed(passage.text))
        expect(seen(source)).toContain(passage.headingPath.at(-1))
      }
    },
  )

  it('has heading paths and anchors: of headings, of sections that begin with them, of names before them', async () => {
    const places = async (name: string) =>
      (await passagesOf(html(await page(name)))).map(({ headingPath, anchor }) => [
        headingPath.join(' › '),
        anchor,
      ])
    expect(await places('guide.html')).toEqual([
      ['Legged robots', 'legged-robots'],
      ['Legged robots › Gaits', 'gaits'],
      ['Legged robots › Numbers', 'numbers'],
    ])
    expect(await places('old.html')).toEqual([
      ['Servo motors', 'start'],
      ['Servo motors › Pulse width', 'pulse'],
      ['Servo motors › Without a name', undefined],
    ])
  })

  it('is read with its code, tables and lists, and without menus and what is hidden', async () => {
    const text = (await passagesOf(html(await page('guide.html'))))
      .map((passage) => passage.text)
      .join('\n--\n')
    expect(text).toBe(
      [
        'A legged robot walks where wheels cannot go. It keeps its centre of mass above its feet, or it falls & gets up again.',
        '--',
        'A gait is a pattern of steps.',
        'The trot moves diagonal legs together.',
        'walk: three feet on the ground',
        'trot: two feet',
        'flying trot: none for a moment',
        '',
        'bound: both front feet, then both hind feet',
        '',
        'It needs a bending back.',
        '',
        'for leg in legs:',
        '    leg.swing(phase + offset[leg])',
        '--',
        'Speeds of gaits',
        'Gait\tSpeed <m/s>',
        'walk\t0.5',
        'trot\t1.8',
        '',
        'All numbers are of a robot of 30\u00A0kg.',
      ].join('\n'),
    )
  })

  it('gives its title and its language where the document has none', async () => {
    const knowledge = await openKnowledgeBase({ db, collection: 'titles', language: 'de' })
    await knowledge.ingest([
      { id: 'h1', text: '<title>T</title><h1>Head <i>one</i></h1><p>words', mediaType: 'text/html' },
      {
        id: 'title',
        text: '<html lang=en><title> Of the  page</title><p>walking words',
        mediaType: 'text/html',
      },
      { id: 'none', text: '<html lang="no language"><p>other words', mediaType: 'text/html' },
    ])
    const found = await knowledge.search('words')
    expect(found.map(({ title }) => title).toSorted()).toEqual(['Head one', 'Of the page', 'none'])
    // Only English stems it.
    expect((await knowledge.search('walked')).map(({ documentId }) => documentId)).toEqual(['title'])
  })

  it('cuts long text between sentences and not in links, and keeps code and tables whole', async () => {
    const sentence =
      'A sentence of the robot &amp; its <i>long</i> story, with <a href="/x">a link. Or two</a>. '
    const code = `<pre>${'std::vector&lt;int> q = {0};\n'.repeat(60)}</pre>`
    const table = `<table>${'<tr><td>cell one</td><td>cell two</td></tr>'.repeat(80)}</table>`
    const passages = await passagesOf(html(`<h1>T</h1><p>${sentence.repeat(60)}${code}${table}`))
    const texts = passages.map(({ text }) => text)
    expect(texts).toContain('std::vector<int> q = {0};\n'.repeat(60).trimEnd())
    expect(texts).toContain('cell one\tcell two\n'.repeat(80).trimEnd())
    for (const text of texts) {
      if (!text.startsWith('A sentence')) continue
      expect(text.length).toBeLessThanOrEqual(1_200)
      expect(text).toMatch(/^A sentence.*a link\. Or two\.$/s)
    }
    expect(texts.length).toBeGreaterThan(5)
  })

  it('has text fragments of words that stand once on the whole page, menus included', async () => {
    const [passage] = await passagesOf(
      html('<nav>Only these few</nav><main><p>Only these few<p>of the words stand once.<br>Next line</main>'),
    )
    expect(passage?.text).toBe('Only these few\n\nof the words stand once.\nNext line')
    expect(passage?.textFragment).toBeUndefined()
    const [other] = await passagesOf(html('<p>of the words stand once.<br>Next line'))
    expect(other?.textFragment).toBe('text=of%20the%20words%20stand%20once')
  })
})

describe('a plain text', () => {
  it('is cut at empty lines, and its marks are left alone', async () => {
    const paragraph = (n: number): string => `# ${n} ${'word '.repeat(150)}\n*second* line`
    const text = `\uFEFF${[1, 2, 3].map(paragraph).join('\r\n \r\n')}\n`
    const passages = await passagesOf({ id: 'a.txt', text, mediaType: 'text/plain' })
    expect(passages.map((passage) => passage.text)).toEqual([1, 2, 3].map(paragraph))
    for (const passage of passages) expect(passage.headingPath).toEqual([])
  })
})

describe('a PDF', () => {
  const lorem = (n: number): string[][] =>
    Array.from({ length: 12 }, (_, p) => [
      `Page ${n}, paragraph ${p}: the robot (a \\ machine) senses and decides.`,
      `It moves ${p} times, by ${n} metres; then it waits for the next step.`,
      'The line ends here.',
    ])
  const bytes = makePdf([1, 2, 3, 4].map(lorem), {
    title: 'The robot book',
    labels: '<< /Nums [0 << /S /r >> 2 << /S /D /St 1 >> 3 << /P (A-) /S /D /St 9 >>] >>',
  })
  const pdf: Document = { id: 'book.pdf', bytes, mediaType: 'application/pdf', url: '/book.pdf' }

  it('has every passage on its page, by another extractor', async () => {
    const pages = await otherExtractor(bytes)
    expect(pages).toHaveLength(4)
    const passages = await passagesOf(pdf)
    expect(passages.length).toBeGreaterThanOrEqual(8)
    for (const { text, page: on } of passages) expect(pages[(on?.number ?? 0) - 1]).toContain(bare(text))
    // And nothing of a page is lost.
    for (const [n, text] of pages.entries())
      expect(
        passages
          .filter(({ page: on }) => on?.number === n + 1)
          .map((passage) => bare(passage.text))
          .join(''),
      ).toBe(text)
  })

  const poppler = spawnSync('pdftotext', ['-v']).error === undefined
  if (!poppler) console.log('formats.test.ts: one comparison skipped, there is no pdftotext on this machine')
  it.skipIf(!poppler)('has every passage on its page, by poppler', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rag-pdf-'))
    await writeFile(join(folder, 'book.pdf'), bytes)
    const { stdout } = spawnSync('pdftotext', [join(folder, 'book.pdf'), '-'], { encoding: 'utf8' })
    await rm(folder, { recursive: true })
    const pages = stdout.split('\f').map(bare)
    for (const { text, page: on } of await passagesOf(pdf))
      expect(pages[(on?.number ?? 0) - 1]).toContain(bare(text))
  })

  it('has page numbers, printed labels and paragraphs', async () => {
    const passages = await passagesOf(pdf)
    const pages = new Map(passages.map(({ page: on }) => [on?.number, on?.label]))
    expect([...pages]).toEqual([
      [1, 'i'],
      [2, 'ii'],
      [3, '1'],
      [4, 'A-9'],
    ])
    expect(passages[0]?.text).toContain(
      'The line ends here.\n\nPage 1, paragraph 1: the robot (a \\ machine)',
    )
    for (const { text } of passages) expect(text.length).toBeLessThanOrEqual(1_200)
  })

  it('is cited with its page, and called by its own title', async () => {
    const knowledge = await openKnowledgeBase({ db, collection: 'cited' })
    await knowledge.ingest([pdf])
    const found = await knowledge.search('metres', { limit: 100 })
    const passage = found.find(({ page: on }) => on?.number === 4)
    if (!passage) throw new Error('no passage')
    const citations = createCitations()
    citations.register([passage])
    const events = citations.apply(
      (async function* () {
        yield {
          type: 'thread.item.done' as const,
          item: {
            id: 'm',
            thread_id: 't',
            created_at: '2030-01-01T00:00:00Z',
            type: 'assistant_message' as const,
            content: [{ type: 'output_text' as const, text: '【1】', annotations: [] }],
          },
        }
      })(),
    )
    const { value } = await events.next()
    expect(value).toMatchObject({
      item: {
        content: [
          {
            annotations: [
              {
                source: {
                  type: 'url',
                  title: 'The robot book',
                  description: 'page A-9',
                  url: '/book.pdf#page=4',
                },
              },
            ],
          },
        ],
      },
    })
  })
})

/** Without white space, about which extractors differ. */
const bare = (text: string): string => text.replace(/\s+/g, '')

async function otherExtractor(bytes: Uint8Array): Promise<string[]> {
  const parser = new PDFParser()
  const { Pages } = await new Promise<Awaited<ReturnType<typeof ready>>>((resolve, reject) => {
    parser.on('pdfParser_dataReady', resolve)
    parser.on('pdfParser_dataError', (error) => reject(error instanceof Error ? error : error.parserError))
    // It takes what is behind the view for the file.
    parser.parseBuffer(Buffer.from(new Uint8Array(bytes).buffer))
  })
  return Pages.map(({ Texts }) => bare(Texts.map(({ R }) => R.map(({ T }) => decode(T)).join('')).join('')))
}

declare function ready(): Promise<{ Pages: { Texts: { R: { T: string }[] }[] }[] }>

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
