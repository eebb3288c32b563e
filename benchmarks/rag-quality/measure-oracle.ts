import type { Kysely } from 'kysely'
import { openKnowledgeBase, type Embedder } from '@robolearn/rag-tool'
import { evaluate } from '../../packages/rag-tool/src/eval/evaluate.ts'
import type { QuestionSet } from '../../packages/rag-tool/src/eval/question-set.ts'
import { readQuestionSet } from '../../packages/rag-tool/src/eval/read-question-set.ts'
import { dataPath } from './data.ts'
import { round, type Row } from './print-table.ts'
import { randomNumbers, unitVector } from './random-vectors.ts'

const DIMENSIONS = 64
/** How far the oracle errs: with it the vectors alone find the right paragraph first in most cases, not in all. */
const NOISE = 0.18

/**
 * An embedder that knows which paragraph answers a question, and errs a little; and questions of which every word that
 * stands in their paragraph was taken out. What is left of them stands in other paragraphs: words mislead.
 */
export async function measureOracle(db: Kysely<unknown>): Promise<Row[]> {
  const path = dataPath('xquad/xquad.en.json')
  if (path === undefined) return []
  const set = withoutCommonWords(await readQuestionSet(path))
  const knowledge = await openKnowledgeBase({ db, schema: 'oracle', embedder: oracle(set) })
  await knowledge.ingest(set.documents)
  const words = await evaluate(knowledge, set, 5, { mode: 'lexical' })
  const vectors = await evaluate(knowledge, set, 5, { mode: 'vector' })
  const hybrid = await evaluate(knowledge, set, 5)
  console.log(
    `oracle: ${set.questions.length} questions without the words of their paragraph; nDCG@10 of words ` +
      `${round(words.ndcgAt10)}, vectors ${round(vectors.ndcgAt10)}, hybrid ${round(hybrid.ndcgAt10)}`,
  )
  return [
    {
      figure: 'oracle_hybrid_share',
      what: 'questions that share no word with their passage: hybrid nDCG@10, share of the vectors alone',
      atLeast: 0.9,
      value: round(hybrid.ndcgAt10 / vectors.ndcgAt10),
    },
  ]
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
// Cut to five letters, `robot` and `robots` are one: more is taken out than a stemmer would find.
const stem = (word: string): string => word.slice(0, 5)

function withoutCommonWords({ documents, questions }: QuestionSet): QuestionSet {
  const stems = new Map(
    documents.map((document) => [
      document.id,
      new Set(wordsOf('text' in document ? document.text : '').map(stem)),
    ]),
  )
  const left = questions.map(({ question, wanted }, index) => {
    const known = stems.get(wanted[0]?.documentId ?? '')
    const rest = wordsOf(question).filter((word) => !known?.has(stem(word)))
    // The number tells the oracle which question it is; no paragraph has such a word.
    return { question: `${rest.join(' ')} zq${index}`, wanted }
  })
  return {
    documents,
    questions: left.filter(({ question }) => question.includes(' z') && !question.startsWith(' ')),
  }
}

function oracle({ documents, questions }: QuestionSet): Embedder {
  const random = randomNumbers(7)
  const ofDocument = new Map(documents.map(({ id }) => [id, unitVector(random, DIMENSIONS)]))
  const vectors = new Map<string, number[]>()
  for (const document of documents)
    if ('text' in document) vectors.set(document.text, ofDocument.get(document.id) ?? [])
  for (const { question, wanted } of questions) {
    const right = ofDocument.get(wanted[0]?.documentId ?? '') ?? []
    const noise = unitVector(random, DIMENSIONS)
    vectors.set(
      question,
      right.map((value, at) => value + NOISE * Math.sqrt(DIMENSIONS) * (noise[at] ?? 0)),
    )
  }
  const find = (text: string): number[] => {
    const known = vectors.get(text)
    if (known) return known
    // A chunk comes with the title of its document in front.
    const whole = [...vectors].find(
      ([given]) => text.includes(given) || given.includes(text.split('\n').at(-1) ?? ''),
    )
    if (!whole) throw new Error('The oracle was asked for a text that it does not know.')
    return whole[1]
  }
  return { model: 'oracle', dimensions: DIMENSIONS, embed: async (texts) => texts.map(find) }
}
