/** Goes up with every change to what is looked up of a text, so that what is stored is made anew. */
export const TERMS_VERSION = 2

/** What is looked up of a text, of documents and of questions alike. */
export interface Searchable {
  /** Lower-case words set apart by spaces, for PostgreSQL to stem. */
  text: string
  /** How often each {@link exactTerm} stands in it. */
  exact: Record<string, number>
}

// Scripts that are written without spaces between words.
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu
const HAS_UNSPACED = new RegExp(UNSPACED.source, 'u')
// Shorter words are mostly those that stand everywhere, and a search would read the postings of all of them.
const MIN_EXACT_CHARS = 4
const words = new Intl.Segmenter(undefined, { granularity: 'word' })

/**
 * Takes a text apart. PostgreSQL's own parser would take `roll/pitch/yaw` for the path of a file and `end.Next` for a
 * host, lowers the case of letters outside ASCII only in some locales, and leaves a Chinese sentence whole.
 *
 * Besides its stem a word is looked up as it is written, which tells `generally` from `general`; a word of a script
 * without spaces by its characters, because a word may be set apart in one sentence and not in another.
 */
export function searchable(text: string, configuration: string): Searchable {
  const spaced = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .replace(UNSPACED, (run) => ` ${Array.from(words.segment(run), ({ segment }) => segment).join(' ')} `)
    .replace(/ +/g, ' ')
  const exact: Record<string, number> = {}
  const add = (written: string): void => {
    const term = exactTerm(written)
    exact[term] = (exact[term] ?? 0) + 1
  }
  for (const word of spaced.split(' ')) {
    if (HAS_UNSPACED.test(word)) {
      const characters = Array.from(word)
      if (characters.length > 1) characters.forEach(add)
      // Without stemming the word itself is its stem.
    } else if (configuration !== 'simple' && word.length >= MIN_EXACT_CHARS) add(word)
  }
  return { text: spaced, exact }
}

/** Set apart from stems by a sign that no word holds. */
const exactTerm = (written: string): string => `=${written}`
