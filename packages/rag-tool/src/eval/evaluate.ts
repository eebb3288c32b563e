import type { KnowledgeBase } from '../knowledge-base.ts'
import type { Passage } from '../search/passage.ts'
import type { SearchOptions } from '../search/search-options.ts'
import type { EvalQuestion, QuestionSet } from './question-set.ts'

export interface Evaluation {
  questions: number
  /** Of the first ten, each document (or excerpt, where places are wanted) counted once. */
  ndcgAt10: number
  /** The share of what was wanted that the first `limit` passages have: of characters where places are wanted. */
  recall: number
  /** The share of these passages that was wanted: of characters where places are wanted. */
  precision: number
}

const RANKS = 10
/** So many passages are asked for, since several of one document count once. */
const DEPTH = 30

/** Asks every question, and compares what is found with what is wanted; means over the questions. */
export async function evaluate(
  knowledge: Pick<KnowledgeBase, 'search'>,
  { questions }: QuestionSet,
  limit: number,
  options: Omit<SearchOptions, 'limit'> = {},
): Promise<Evaluation> {
  const sums = { ndcgAt10: 0, recall: 0, precision: 0 }
  for (const question of questions) {
    const found = await knowledge.search(question.question, { ...options, limit: Math.max(limit, DEPTH) })
    const first = found.slice(0, limit)
    const places = question.wanted.some(({ ranges }) => ranges)
    sums.ndcgAt10 += places ? excerptNdcg(question, found) : documentNdcg(question, found)
    const { recall, precision } = places ? characterShares(question, first) : documentShares(question, first)
    sums.recall += recall
    sums.precision += precision
  }
  const count = questions.length
  return {
    questions: count,
    ndcgAt10: sums.ndcgAt10 / count,
    recall: sums.recall / count,
    precision: sums.precision / count,
  }
}

const documentsOf = (found: readonly Passage[]): string[] => [
  ...new Set(found.map(({ documentId }) => documentId)),
]

function documentNdcg({ wanted }: EvalQuestion, found: readonly Passage[]): number {
  const grades = new Map(wanted.map(({ documentId, grade }) => [documentId, grade]))
  return ndcg(
    documentsOf(found).map((id) => grades.get(id) ?? 0),
    [...grades.values()],
  )
}

function documentShares(
  { wanted }: EvalQuestion,
  found: readonly Passage[],
): Pick<Evaluation, 'recall' | 'precision'> {
  const ids = new Set(wanted.map(({ documentId }) => documentId))
  const documents = documentsOf(found)
  const hits = documents.filter((id) => ids.has(id)).length
  return { recall: hits / ids.size, precision: documents.length === 0 ? 0 : hits / documents.length }
}

// An excerpt counts at the first passage that has a part of it.
function excerptNdcg({ wanted }: EvalQuestion, found: readonly Passage[]): number {
  const left = wanted.flatMap(({ documentId, ranges = [] }) => ranges.map((range) => ({ documentId, range })))
  const ideal = left.map(() => 1)
  const gains = found.map((passage) => {
    const isHit = ({ documentId, range }: (typeof left)[number]): boolean =>
      documentId === passage.documentId && overlap(range, passage.range) > 0
    const hits = left.filter(isHit)
    for (const hit of hits) left.splice(left.indexOf(hit), 1)
    return hits.length
  })
  return ndcg(gains, ideal)
}

function characterShares(
  { wanted }: EvalQuestion,
  found: readonly Passage[],
): Pick<Evaluation, 'recall' | 'precision'> {
  let asked = 0
  let had = 0
  for (const { documentId, ranges = [] } of wanted)
    for (const range of ranges) {
      asked += range.end - range.start
      for (const passage of found) if (passage.documentId === documentId) had += overlap(range, passage.range)
    }
  const given = found.reduce((sum, { range }) => sum + range.end - range.start, 0)
  // Excerpts of one question may overlap; passages never do.
  return { recall: asked === 0 ? 0 : had / asked, precision: given === 0 ? 0 : Math.min(1, had / given) }
}

interface Range {
  start: number
  end: number
}

const overlap = (a: Range, b: Range): number =>
  Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))

function ndcg(gains: readonly number[], ideal: readonly number[]): number {
  const sum = (values: readonly number[]): number =>
    values.slice(0, RANKS).reduce((total, gain, rank) => total + gain / Math.log2(rank + 2), 0)
  const best = sum(ideal.toSorted((a, b) => b - a))
  return best === 0 ? 0 : Math.min(1, sum(gains) / best)
}
