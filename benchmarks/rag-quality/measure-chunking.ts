import type { Kysely } from 'kysely'
import { createLocalEmbedder, openKnowledgeBase, type SearchOptions } from '@robolearn/rag-tool'
import { TOOL_MIN_WORD_SHARE } from '../../packages/rag-tool/src/search-tool.ts'
import { evaluate } from '../../packages/rag-tool/src/eval/evaluate.ts'
import { readQuestionSet } from '../../packages/rag-tool/src/eval/read-question-set.ts'
import { dataPath } from './data.ts'
import { round, type Row } from './print-table.ts'

/** chunking-evaluation: which share of the wanted characters the first five passages have. */
export async function measureChunking(db: Kysely<unknown>): Promise<Row[]> {
  const folder = dataPath('chunking-evaluation')
  if (folder === undefined) {
    console.log('absent: ../shared/data/chunking-evaluation')
    return []
  }
  const set = await readQuestionSet(`${folder}/questions_df.csv`, folder)
  const knowledge = await openKnowledgeBase({ db, schema: 'chunking', embedder: createLocalEmbedder() })
  const { failed } = await knowledge.ingest(set.documents)
  if (failed.length > 0) throw new Error(`Not ingested: ${JSON.stringify(failed)}`)
  const ask = (options: SearchOptions) => evaluate(knowledge, set, 5, options)
  const words = await ask({ mode: 'lexical' })
  const tool = await ask({ mode: 'lexical', minWordShare: TOOL_MIN_WORD_SHARE })
  const toolHybrid = await ask({ minWordShare: TOOL_MIN_WORD_SHARE })
  const vectors = await ask({ mode: 'vector' })
  const hybrid = await ask({})
  const ranks = await ask({ fusion: 'rrf', vectorWeight: 0.5 })
  const { chunks } = await knowledge.stats()
  const percent = (share: number): number => round(share * 100, 2)
  console.log(
    `chunking-evaluation: ${set.questions.length} questions on ${chunks} chunks; recall@5 of characters: words ` +
      `${percent(words.recall)}, vectors of the local model ${percent(vectors.recall)}, hybrid ` +
      `${percent(hybrid.recall)}, plain rank fusion ${percent(ranks.recall)}; as the tool searches, words ${percent(tool.recall)} at a precision of ` +
      `${percent(tool.precision)}, hybrid ${percent(toolHybrid.recall)} at ${percent(toolHybrid.precision)}; words without a least ` +
      `share have a precision of ${percent(words.precision)}`,
  )
  return [
    {
      figure: 'chunking_recall5',
      what: 'chunking-evaluation, recall@5 of characters in percent, by words as the tool for models searches',
      atLeast: 90,
      value: percent(tool.recall),
    },
    {
      figure: 'chunking_precision5',
      what: 'the same, precision in percent',
      atLeast: 5,
      value: percent(tool.precision),
    },
    {
      figure: 'hybrid_minus_best_leg',
      what: 'the same, hybrid with the local embedder against the better of both, in points',
      atLeast: -1,
      value: percent(hybrid.recall - Math.max(words.recall, vectors.recall)),
    },
  ]
}
