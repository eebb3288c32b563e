import { sql, type Kysely } from 'kysely'
import { openKnowledgeBase, type Embedder, type KnowledgeBase } from '@robolearn/rag-tool'
import { tablesIn, vectorTableOf } from '../../packages/rag-tool/src/index/database.ts'
import { randomNumbers, unitVector } from './random-vectors.ts'

export const DIMENSIONS = 64
const VOCABULARY = 50_000
const WORDS_A_CHUNK = 40
const SPREAD = 0.5

/** A direction near the first axis, or, turned around, far from everything near it. */
function near(random: () => number, side: 1 | -1): number[] {
  return unitVector(random, DIMENSIONS).map((value, at) => (at === 0 ? side : 0) + SPREAD * value)
}

/** Questions lie where most of the chunks do. Their text is words, as common as those of chunks. */
export function makeQuestions(count: number): { text: string; vector: number[] }[] {
  const random = randomNumbers(11)
  return Array.from({ length: count }, () => ({
    text: Array.from({ length: 6 }, () => `w${Math.floor(VOCABULARY ** random())}`).join(' '),
    vector: near(random, 1),
  }))
}

/**
 * Chunks in any number, written behind the back of `ingest`: of each a document, a vector, and words whose frequencies
 * fall as in a language (Zipf). One in ten is `far`: it lies opposite to the others and to all questions. `rare` is one
 * in fifty, `odd` one in a thousand.
 */
export async function fillCrowd(
  db: Kysely<unknown>,
  schema: string,
  chunks: number,
  embedder: Embedder,
): Promise<KnowledgeBase> {
  const knowledge = await openKnowledgeBase({ db, schema, embedder })
  const tables = tablesIn(schema)
  const vectors = vectorTableOf(tables, 1)
  await sql`drop index ${sql.id(schema, 'vector_1_embedding')}`.execute(db)
  await sql`insert into ${tables.document} (collection_key, id, hash, title, metadata)
    select 1, 'd' || n, '', 'd' || n, jsonb_build_object(
      'n', n, 'far', n % 10 = 0, 'rare', n % 50 = 7, 'odd', n % 1000 = 7)
    from generate_series(1, ${chunks}::integer) as n order by n`.execute(db)
  await sql`insert into ${tables.lexicon} (collection_key, configuration, chunks, tokens)
    values (1, 'english', ${chunks}, ${chunks * WORDS_A_CHUNK})`.execute(db)
  const lexicon = await sql<{ key: number }>`select key from ${tables.lexicon}`.execute(db)
  const lexiconKey = lexicon.rows[0]?.key
  await sql`insert into ${tables.chunk} (document_key, lexicon_key, ordinal, text, range_start, range_end,
      heading_path, length)
    select key, ${lexiconKey}::integer, 0, repeat('word ', 200), 0, 1000, '[]', ${WORDS_A_CHUNK}::integer
    from ${tables.document} order by key`.execute(db)
  await sql`select setseed(0.5)`.execute(db)
  await sql`insert into ${tables.posting} (lexicon_key, term, chunk_key, frequency, length)
    select ${lexiconKey}::integer, 'w' || floor(power(${VOCABULARY}::float8, random())) as term, chunk.key,
      count(*), ${WORDS_A_CHUNK}::integer
    from ${tables.chunk} as chunk, generate_series(1, ${WORDS_A_CHUNK}::integer)
    group by term, chunk.key order by term, chunk.key`.execute(db)
  const random = randomNumbers(5)
  const BATCH = 5_000
  for (let from = 1; from <= chunks; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, chunks - from + 1) }, (_, at) => ({
      n: from + at,
      v: JSON.stringify(
        near(random, (from + at) % 10 === 0 ? -1 : 1).map((value) => Number(value.toFixed(4))),
      ),
    }))
    await sql`insert into ${vectors} (chunk_key, embedding)
      select chunk.key, given.v::vector from jsonb_to_recordset(${JSON.stringify(batch)}::jsonb) as given (n integer, v text)
        join ${tables.document} as document on document.collection_key = 1 and document.id = 'd' || given.n
        join ${tables.chunk} as chunk on chunk.document_key = document.key`.execute(db)
  }
  await sql`set maintenance_work_mem = '512MB'`.execute(db)
  await sql`create index ${sql.id('vector_1_embedding')} on ${vectors} using hnsw (embedding vector_cosine_ops)`.execute(
    db,
  )
  await sql`vacuum analyze`.execute(db)
  return knowledge
}

/** Gives each question its own vector, by its text. */
export function questionEmbedder(questions: readonly { text: string; vector: number[] }[]): Embedder {
  const vectors = new Map(questions.map(({ text, vector }) => [text, vector]))
  return {
    model: 'crowd',
    dimensions: DIMENSIONS,
    embed: async (texts) => texts.map((text) => vectors.get(text) ?? []),
  }
}
