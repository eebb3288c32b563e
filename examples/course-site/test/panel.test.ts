import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bundlePanel } from '../panel/bundle.ts'
import { withMarkers, withoutMarkers } from '../panel/citation-markers.ts'
import { collectCitations } from '../panel/citations.ts'
import { readPassage } from '../panel/passage-url.ts'

const BUDGET_BYTES = 60 * 1024

it('the bundle stays below 60 KiB when compressed', async () => {
  const { js } = await bundlePanel()
  const bytes = gzipSync(js).byteLength
  console.log(
    `chat panel: ${(bytes / 1024).toFixed(1)} KiB gzip, ${(js.length / 1024).toFixed(1)} KiB minified`,
  )
  expect(bytes).toBeLessThan(BUDGET_BYTES)
})

describe('a citation mark', () => {
  const one = withMarkers('', [{ number: 1, index: 0 }])
  const at = (text: string, index = text.length) => withMarkers(text, [{ number: 1, index }])

  it('stands at its place in UTF-16 units, after emoji and Urdu too', () => {
    expect(at('🤖 روبوٹ. next', 9)).toBe(`🤖 روبوٹ.${one} next`)
  })

  it('joins the words before it, over spaces and line breaks', () => {
    expect(at('Words. \n\n- item', 9)).toBe(`Words.${one} \n\n- item`)
  })

  it('leaves code fences, rules and table rows whole', () => {
    expect(at('```\ncode\n```\n')).toBe(`\`\`\`\ncode\n\`\`\`\n\n${one}\n\n\n`)
    expect(at('text\n\n---\n')).toBe(`text\n\n---\n\n${one}\n\n\n`)
    expect(at('| a | b |\n| --- | --- |\n| 1 | 2 |')).toBe(`| a | b |\n| --- | --- |\n| 1 | 2 ${one}|`)
  })

  it('keeps the order of several at one place, and one behind the end at the end', () => {
    const two = withMarkers('', [{ number: 2, index: 0 }])
    const marks = [
      { number: 1, index: 4 },
      { number: 2, index: 4 },
      { number: 1, index: 99 },
    ]
    expect(withMarkers('Text and more', marks)).toBe(`Text${one}${two} and more${one}`)
    expect(withoutMarkers(withMarkers('Text and more', marks))).toBe('Text and more')
  })

  it('cannot be forged by a text that holds its characters', () => {
    const forged = withMarkers(one, [])
    expect(withoutMarkers(forged)).toBe(forged)
  })
})

describe('sources', () => {
  const cite = (url: string, index?: number) => ({
    type: 'annotation' as const,
    source: { type: 'url' as const, title: url, url },
    ...(index === undefined ? {} : { index }),
  })

  it('are numbered in the order in which the text cites them, each once', () => {
    const annotations = [cite('/b', 20), cite('/a', 5), cite('/b', 30), cite('/c')]
    const { sources, marks } = collectCitations([{ type: 'output_text', text: 'x'.repeat(40), annotations }])
    expect(sources.map(({ title }) => title)).toEqual(['/a', '/b', '/c'])
    expect(marks).toEqual([
      [
        { number: 1, index: 5 },
        { number: 2, index: 20 },
        { number: 2, index: 30 },
      ],
    ])
  })
})

describe('a citation URL', () => {
  it.each([
    ['', undefined],
    ['#sensors', { anchor: 'sensors' }],
    ['#%D8%A7%DB%8C%DA%A9', { anchor: 'ایک' }],
    ['#a:~:text=one%20two', { anchor: 'a', start: 'one two' }],
    ['#:~:text=one%2C%20two,three', { anchor: '', start: 'one, two', end: 'three' }],
    ['#a:~:text=before-,one,two,-after', { anchor: 'a', start: 'one', end: 'two' }],
    ['#a:~:text=well%2Dknown', { anchor: 'a', start: 'well-known' }],
    ['#100%:~:text=50%', { anchor: '100%', start: '50%' }],
  ])('%s names its passage', (hash, passage) => {
    expect(readPassage(hash)).toEqual(passage)
  })
})
