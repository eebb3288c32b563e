import { collapseSpace } from '../parse/collapse-space.ts'

const START_WORDS = 4
const MAX_START_WORDS = 12
const END_WORDS = 4

/**
 * The directive of a URL (`text=first%20words,last%20words`) by which a browser finds and marks a paragraph: WICG's URL
 * text fragments, `#anchor:~:text=…`. Both ends lie in one block, as that requires. Nothing where the paragraph has no
 * words that stand only once in `pageText` (all that the page shows, white space collapsed): a browser takes the first
 * match, and a wrong one is worse than none.
 */
export function textFragment(paragraph: string, pageText: string): string | undefined {
  const text = collapseSpace(paragraph)
  const words = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)]
    .filter(({ isWordLike }) => isWordLike)
    .map(({ index, segment }) => ({ start: index, end: index + segment.length }))
  const [firstWord] = words
  const lastWord = words.at(-1)
  if (!firstWord || !lastWord) return undefined

  for (let count = START_WORDS; count <= MAX_START_WORDS; count++) {
    const start = text.slice(firstWord.start, (words[count - 1] ?? lastWord).end)
    if (standsOnce(start, pageText)) {
      const endWord = words.at(-END_WORDS)
      if (words.length < count + END_WORDS || !endWord) {
        const all = text.slice(firstWord.start, lastWord.end)
        return `text=${encodeTerm(all)}`
      }
      return `text=${encodeTerm(start)},${encodeTerm(text.slice(endWord.start, lastWord.end))}`
    }
    if (count >= words.length) return undefined
  }
  return undefined
}

function standsOnce(words: string, pageText: string): boolean {
  const first = pageText.indexOf(words)
  return first >= 0 && pageText.indexOf(words, first + 1) < 0
}

// `-` and `,` and `&` are syntax of the directive; encodeURIComponent leaves only the first of them.
function encodeTerm(text: string): string {
  return encodeURIComponent(text).replaceAll('-', '%2D')
}
