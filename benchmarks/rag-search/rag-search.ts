import { availableParallelism } from 'node:os'
import { fillCrowd, makeQuestions, questionEmbedder } from '../rag-quality/fill-crowd.ts'
import { openVectorDatabase } from '../rag-quality/open-vector-database.ts'
import { measureTimes } from './measure-times.ts'

const CHUNKS = 8_400
const MANY_CHUNKS = 100_000
const QUESTIONS = 200

/** How long a search takes, from the call to the passages, without the time of an embedder. */
export async function ragSearch(): Promise<Record<string, number>> {
  const database = await openVectorDatabase()
  const { db, version } = database
  console.log(
    `Node ${process.version}; PostgreSQL ${version} with pgvector on this machine (${availableParallelism()} cores), as it comes; one search after another.`,
  )
  try {
    const questions = makeQuestions(QUESTIONS)
    const embedder = questionEmbedder(questions)
    const texts = questions.map(({ text }) => text)
    const knowledge = await fillCrowd(db, 'few', CHUNKS, embedder)
    const lexical = await measureTimes(knowledge, texts, { mode: 'lexical' })
    const hybrid = await measureTimes(knowledge, texts, { mode: 'hybrid' })
    console.log(
      `${CHUNKS} chunks: words ${lexical.told} ms, hybrid ${hybrid.told} ms; targets 25 / 60 and 40 / 100`,
    )

    const many = await fillCrowd(db, 'many', MANY_CHUNKS, embedder)
    const manyLexical = await measureTimes(many, texts, { mode: 'lexical' })
    const manyHybrid = await measureTimes(many, texts, { mode: 'hybrid' })
    console.log(`${MANY_CHUNKS} chunks: words ${manyLexical.told} ms, hybrid ${manyHybrid.told} ms`)
    await many.search(texts[0] ?? '')
    console.log(`The plan of a hybrid search on ${MANY_CHUNKS} chunks:\n${await database.explainLast()}`)
    return {
      lexical_p50_ms: lexical.p50,
      lexical_p95_ms: lexical.p95,
      hybrid_p50_ms: hybrid.p50,
      hybrid_p95_ms: hybrid.p95,
      lexical_100k_p50_ms: manyLexical.p50,
      lexical_100k_p95_ms: manyLexical.p95,
      hybrid_100k_p50_ms: manyHybrid.p50,
      hybrid_100k_p95_ms: manyHybrid.p95,
    }
  } finally {
    await database.close()
  }
}
