import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import * as fc from 'fast-check'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCitations, openKnowledgeBase, type Passage, type TextDocument } from '../src/index.ts'
import { blocksOf, renderPage, sectionOf, seen } from './render-page.ts'

const lesson = (path: string): Promise<string> =>
  readFile(new URL(`lessons/${path}`, import.meta.url), 'utf8')

/** A word that stands in every chunk, because it stands in the title. */
const EVERYWHERE = 'everywhere'

let db: Kysely<unknown>
let runs = 0
beforeAll(async () => {
  db = new Kysely({ dialect: new PGliteDialect({ pglite: new PGlite() }) })
  await sql`select 1`.execute(db)
}, 60_000)
afterAll(() => db.destroy())

/** All passages of a text, in the order in which they stand in it. */
async function passagesOf(text: string, more: Partial<TextDocument> = {}): Promise<Passage[]> {
  const collection = `run ${(runs += 1)}`
  const knowledge = await openKnowledgeBase({ db, collection })
  const { failed } = await knowledge.ingest([{ id: 'page.md', title: EVERYWHERE, text, ...more }])
  expect(failed).toEqual([])
  const passages = await knowledge.search(EVERYWHERE, { limit: 100 })
  expect(passages).toHaveLength((await knowledge.stats()).chunks)
  return passages.toSorted((a, b) => a.range.start - b.range.start)
}

describe('a passage', () => {
  it.each(['frames.md', 'motion/quaternions.md', 'sensors.md', 'urdu.md'])(
    'of %s is a slice of the document, and stands on the rendered page under its anchor',
    async (path) => {
      const text = await lesson(path)
      const html = renderPage(text)
      const passages = await passagesOf(text)
      expect(passages.length).toBeGreaterThan(0)
      for (const passage of passages) {
        expect(passage.text).toBe(text.slice(passage.range.start, passage.range.end))
        // A footnote stands at the end of the page.
        const where = passage.text.startsWith('[^') ? html : sectionOf(html, passage.anchor)
        const footnotes = passage.text.match(/^\[\^.*$/gm) ?? text.match(/^\[\^.*$/gm) ?? []
        const alone = renderPage([passage.text, ...footnotes].join('\n\n')).split('<section', 1)[0] ?? ''
        expect(seen(where)).toContain(seen(alone))
      }
    },
  )

  it('covers, with the others, all that the page shows below its headings', async () => {
    const text = await lesson('frames.md')
    const passages = await passagesOf(text)
    const between = passages.map(({ range }, n) => text.slice(passages[n - 1]?.range.end ?? 0, range.start))
    expect(
      between
        .join('')
        .replace(/^---.*?^---$/ms, '')
        .replace(/^#.*$/gm, '')
        .trim(),
    ).toBe('')
  })

  it.each([
    ['duplicates', '# A\n\none\n\n# A\n\ntwo\n\n# A-1\n\nthree\n\n# A\n\nfour', ['a', 'a-1', 'a-1-1', 'a-2']],
    ['markup', '# *A* `b_c` **d** [e](x) ![f](x) ~~g~~ <i>h</i>\n\none', ['a-b_c-d-e--g-h']],
    ['emoji and entities', '# 🤖 A &amp; b\\* &copy;\n\none', ['-a--b-']],
    ['a heading in a list', '- # A\n\n# A\n\none', ['a-1']],
    ['a heading in a footnote', 'x[^1]\n\n[^1]: # A\n\n# A\n\none', ['a']],
    ['a number of a footnote', '# A[^x] b[^y]\n\none\n\n[^y]: y\n\n[^x]: x', ['a1-b2']],
    ['windows line ends', '# A\r\n\r\none\r\n\r\n# B\r\n\r\ntwo', ['a', 'b']],
    ['a byte order mark', '\uFEFF# A\n\none', ['a']],
    ['reference links', '# [A][b]\n\n[one][b] two\n\n[b]: http://x.y', ['a']],
    ['urdu', '# کیا ہے؟\n\nایک', ['کیا-ہے']],
  ])('has the anchor of the page: %s', async (_, text, anchors) => {
    const html = renderPage(text)
    const passages = (await passagesOf(text)).filter((passage) =>
      /^\[?(one|two|three|four|ایک)/.test(passage.text),
    )
    for (const passage of passages) {
      expect(passage.text).toBe(text.slice(passage.range.start, passage.range.end))
      expect(seen(sectionOf(html, passage.anchor))).toMatch(/^(one|two|three|four|ایک)/)
    }
    expect(passages.length).toBeGreaterThan(0)
    expect(passages.map(({ anchor }) => anchor)).toEqual(anchors)
  })

  it('has no anchor where its heading has an empty one', async () => {
    const text = '# A\n\n## !!\n\none'
    expect(renderPage(text)).toContain('<h2 id="">')
    const [passage] = await passagesOf(text)
    expect(passage).not.toHaveProperty('anchor')
    expect(passage?.headingPath).toEqual(['A', '!!'])
  })

  it('keeps code and tables whole, and running text below 1,200 characters', async () => {
    const sentence = 'A sentence of the robot & its *long* story, e.g. with [a link. Or two](https://x.y/z). '
    const code = `\`\`\`c++\n${'std::vector<int> q = {0};\n'.repeat(60)}\`\`\``
    const table = `| a | b |\n| - | - |\n${'| cell one | cell two |\n'.repeat(80)}`
    const list = Array.from(
      { length: 40 },
      (_, n) => `- item ${n}: ${'word '.repeat(n)}\n\n  and its second part`,
    )
    const text = [
      '# T',
      sentence.repeat(60),
      code,
      `> ${sentence.repeat(30)}`,
      table,
      list.join('\n'),
      '漢字の文章です。'.repeat(400),
      'x'.repeat(3_000),
      '👩‍🚀'.repeat(500),
    ].join('\n\n')
    const passages = await passagesOf(text)
    const whole = [code, table.trim()]
    expect(passages.map(({ text: slice }) => slice)).toEqual(expect.arrayContaining(whole))
    const longest = passages.map(({ text: slice }) => (whole.includes(slice) ? 0 : slice.length))
    expect(Math.max(...longest)).toBeLessThanOrEqual(1_200)
    for (const { text: slice, range } of passages) {
      expect(slice).toBe(text.slice(range.start, range.end))
      expect(slice.isWellFormed()).toBe(true)
      // No link is cut in two.
      expect(slice.split('[').length).toBe(slice.split('](').length)
      expect(slice).not.toMatch(/^\u200D|\u200D$/)
    }
    const last = passages.reduce((end, { range }) => {
      expect(range.start).toBeGreaterThanOrEqual(end)
      expect(text.slice(end, range.start).trim().replace('# T', '')).toMatch(/^>?$/)
      return range.end
    }, 0)
    expect(last).toBe(text.length)
  })

  it('is a slice whatever the text, and chunks neither overlap nor grow', async () => {
    const line = fc.constantFrom(
      '# h', '## h', 'text [a](b) *c*', '> quote', '- item', '  - inner', '1. one', '```', '| a | b |', '| - | - |',
      '', '', '---', '<b>', '&amp; \\*', '[^1]: note', '[^1]', '[r]: x', '[r]', '🤖 emoji', '\tcode', 'a\\', '===', '\r',
    ) // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 25 }), async (lines) => {
        const text = lines.join('\n')
        let end = 0
        for (const passage of await passagesOf(text)) {
          expect(passage.text).toBe(text.slice(passage.range.start, passage.range.end))
          expect(passage.text.trim()).not.toBe('')
          expect(passage.range.start).toBeGreaterThanOrEqual(end)
          end = passage.range.end
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('the source of a citation', () => {
  /** What the first citation of an answer is a link to. */
  async function sourceOf(passage: Passage): Promise<unknown> {
    const citations = createCitations()
    citations.register([passage])
    for await (const event of citations.apply(
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
    ))
      if (event.type === 'thread.item.done' && event.item.type === 'assistant_message')
        return event.item.content[0]?.annotations[0]?.source
    return undefined
  }

  it.each(['frames.md', 'motion/quaternions.md', 'sensors.md', 'urdu.md'])(
    'leads to words that stand on the page of %s, once, in one block',
    async (path) => {
      const text = await lesson(path)
      const html = renderPage(text)
      const blocks = blocksOf(html)
      const passages = await passagesOf(text, { url: 'https://site.example/page' })
      let found = 0
      for (const passage of passages) {
        const source = await sourceOf(passage)
        const { hash } = new URL((source as { url: string }).url)
        const [id, directive] = hash.slice(1).split(':~:text=')
        expect(decodeURIComponent(id ?? '')).toBe(passage.anchor ?? '')
        if (directive === undefined) continue
        expect(directive).toMatch(/^[^-&,]+(,[^-&,]+)?$/)
        const [start = '', end = ''] = directive.split(',').map(decodeURIComponent)
        expect(seen(html).split(start)).toHaveLength(2)
        expect(blocks.filter((block) => block.includes(start) && block.slice(block.indexOf(start)).includes(end))).toHaveLength(1) // prettier-ignore
        found += 1
      }
      expect(found).toBeGreaterThan(0)
    },
  )

  it.each([
    [
      'few words',
      'Only these - few, words & no more.',
      'text=Only%20these%20%2D%20few%2C%20words%20%26%20no%20more',
    ],
    [
      'markup',
      '**One** `two` [three](x) four five six seven eight nine',
      'text=One%20two%20three%20four,six%20seven%20eight%20nine',
    ],
    ['words that stand twice', 'a b c d e\n\na b c d f g h i j k\n\nx', 'text=a%20b%20c%20d%20e'],
    ['a paragraph that stands twice', 'same words\n\nsame words', undefined],
    ['code only', '```\nx = 1\n```', undefined],
    ['a hard break', 'one two three  \nfour five', 'text=one%20two%20three'],
    [
      'chinese',
      '机器人使用四元数来表示旋转，因为它们不会锁死。',
      expect.stringMatching(/^text=%E6%9C%BA[^,]+,[^,]+$/),
    ],
  ])('has a text fragment made for browsers: %s', async (_, text, fragment) => {
    const [passage] = await passagesOf(text)
    expect(passage?.textFragment).toEqual(fragment)
  })

  it('is named after the document and the heading, and shows the way to it', async () => {
    const text = '# Robots\n\n## Arms\n\n### Grippers\n\nThey hold things.'
    const [passage] = await passagesOf(text, { title: 'Robots everywhere', url: '/robots?v=1#top' })
    if (!passage) throw new Error('no passage')
    expect(await sourceOf(passage)).toEqual({
      type: 'url',
      title: 'Robots everywhere – Grippers',
      description: 'Robots › Arms › Grippers',
      url: '/robots?v=1#grippers:~:text=They%20hold%20things',
    })
  })

  it('is a file where the document has no address', async () => {
    const [passage] = await passagesOf('Just text.')
    if (!passage) throw new Error('no passage')
    expect(await sourceOf(passage)).toEqual({ type: 'file', title: 'everywhere', filename: 'page.md' })
  })
})
