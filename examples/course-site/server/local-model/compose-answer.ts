import type { FoundPassage } from './read-conversation.ts'

const MOST_PASSAGES = 3
const MOST_SENTENCES = 2

// Words that say nothing about what a question is after.
const COMMON = new Set(
  'a about again an and are as at be by can course do does explain for from give how i in is it its lesson me mean more of on or page passage please s say section should simply sum summarise summarize summary tell than thanks that the their there these this those to up us use used was what when where which who why will with you your'
    .split(' ')
    .concat(
      'کیا کیسے کیوں کون کب کہاں کتنا کتنی کتنے ہے ہیں ہو تھا تھی کا کی کے میں سے کو پر اور یہ وہ نے تو بھی اس اسے مجھے بتائیے بتائیں سبق صفحہ صفحے خلاصہ'.split(
        ' ',
      ),
    ),
)

/** The words of a text that carry its meaning, lower-cased, with a plural `s` taken off. */
export function contentWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(
    words.filter((word) => !COMMON.has(word)).map((word) => word.replace(/(?<=\p{L}{3})s$/u, '')),
  )
}

// A sentence that begins so says nothing without the one before.
const LEANS = /^(This|That|These|Those|It|They)\b/

/**
 * An answer made of sentences of the passages, the ones closest to the question, each with its mark; undefined where
 * they have none. A passage that has half of what the best one has, or less, is left out.
 */
export function composeAnswer(question: string, passages: readonly FoundPassage[]): string | undefined {
  const wanted = contentWords(question)
  const quotes = passages.slice(0, MOST_PASSAGES).map(({ number, text }) => ({
    number,
    ...bestSentences(text, wanted),
  }))
  const most = Math.max(0, ...quotes.map(({ found }) => found))
  const paragraphs = quotes
    .filter(({ words, found }) => words !== '' && (found === most || found > most / 2))
    .map(({ words, number }) => `${words}【${number}】`)
  return paragraphs.length === 0 ? undefined : paragraphs.join('\n\n')
}

/** The sentences with most of the wanted words, in their order, and how many those are. */
function bestSentences(markdown: string, wanted: ReadonlySet<string>): { words: string; found: number } {
  const sentences = sentencesOf(markdown)
  const counts = sentences.map(
    (sentence) => [...contentWords(sentence)].filter((word) => wanted.has(word)).length,
  )
  const found = Math.max(0, ...counts)
  const best = counts.flatMap((count, place) => (count === found ? [place] : [])).slice(0, MOST_SENTENCES)
  const told = best.flatMap((place) =>
    place > 0 && LEANS.test(sentences[place] ?? '') ? [place - 1, place] : [place],
  )
  return { words: [...new Set(told)].map((place) => sentences[place]).join(' '), found }
}

/** Prose only: code, tables and headings make no sentence, nor does what only introduces them. */
function sentencesOf(markdown: string): string[] {
  const prose = markdown
    .replaceAll(/```[\s\S]*?(```|$)/g, '\n\n')
    .split('\n')
    .map((line) => (/^\s*(#|\|)/.test(line) ? '' : line.replace(/^\s*([-*+]|\d+\.)\s+/, '\n\n')))
    .join('\n')
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
  return prose
    .split(/\n\s*\n/)
    .flatMap((paragraph) => Array.from(segmenter.segment(paragraph.replaceAll(/\s+/g, ' '))))
    .map(({ segment }) => segment.trim())
    .filter((sentence) => sentence.length > 20 && !sentence.endsWith(':'))
}
