import { sql, type Kysely } from 'kysely'
import type { Filter, SearchTrace } from '@robolearn/rag-tool'
import { tablesIn, vectorTableOf } from '../../packages/rag-tool/src/index/database.ts'
import { fillCrowd, makeQuestions, questionEmbedder } from './fill-crowd.ts'
import { round, type Row } from './print-table.ts'

const CHUNKS = 100_000
const QUESTIONS = 50
const LIMIT = 10
const FILTERS: [name: string, filter: Filter][] = [
  ['10 %, all of them far from the questions', { far: true }],
  ['2 %', { rare: true }],
  ['0.1 %', { odd: true }],
]

/** Whether a filter loses passages: how many of ten come back, and how many of them are the nearest there are. */
export async function measureFilters(db: Kysely<unknown>): Promise<Row[]> {
  const schema = 'crowd'
  const questions = makeQuestions(QUESTIONS)
  const knowledge = await fillCrowd(db, schema, CHUNKS, questionEmbedder(questions))
  let fewest = LIMIT
  let worst = 1
  for (const [name, filter] of FILTERS) {
    const ways = new Map<string, number>()
    const onTrace = ({ vectorScan: way = 'exact' }: SearchTrace): void =>
      void ways.set(way, (ways.get(way) ?? 0) + 1)
    let hits = 0
    let plainRows = 0
    for (const { text, vector } of questions) {
      const found = await knowledge.search(text, { mode: 'vector', filter, limit: LIMIT, onTrace })
      fewest = Math.min(fewest, found.length)
      const right = new Set(await nearest(db, schema, vector, filter, 'exact'))
      hits += found.filter(({ documentId }) => right.has(documentId)).length
      plainRows += (await nearest(db, schema, vector, filter, 'plain')).length
    }
    const recall = hits / (QUESTIONS * LIMIT)
    worst = Math.min(worst, recall)
    const how = [...ways].map(([way, count]) => `${way} ${count} times`).join(', ')
    console.log(
      `filter of ${name} of ${CHUNKS} chunks: recall ${round(recall)}, ${how}; plain HNSW gives ` +
        `${round(plainRows / QUESTIONS, 2)} of ${LIMIT} rows`,
    )
  }
  const of = `of ${CHUNKS} chunks, filters of 10 % (contradicting the question), 2 % and 0.1 %`
  return [
    { figure: 'filtered_rows_min', what: `rows of 10, the least ${of}`, atLeast: LIMIT, value: fewest },
    { figure: 'filtered_recall_min', what: 'the same, the worst recall', atLeast: 0.95, value: round(worst) },
  ]
}

/** What a statement gives that sorts everything, or that guides recommend. */
function nearest(
  db: Kysely<unknown>,
  schema: string,
  vector: readonly number[],
  filter: Filter,
  way: 'exact' | 'plain',
): Promise<string[]> {
  const tables = tablesIn(schema)
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('enable_indexscan', ${way === 'plain' ? 'on' : 'off'}, true),
      set_config('enable_seqscan', ${way === 'plain' ? 'off' : 'on'}, true),
      set_config('enable_sort', ${way === 'plain' ? 'off' : 'on'}, true)`.execute(trx)
    const distance = sql`vector.embedding <=> ${JSON.stringify(vector)}::vector`
    const { rows } = await sql<{ id: string }>`
      select (select id from ${tables.document} as document join ${tables.chunk} as chunk
          on chunk.document_key = document.key where chunk.key = near.chunk_key) as id
      from (
        select chunk_key from ${vectorTableOf(tables, 1)} as vector
        where (select metadata @> ${JSON.stringify(filter)}::jsonb from ${tables.document} as document
          join ${tables.chunk} as chunk on chunk.document_key = document.key where chunk.key = vector.chunk_key)
        order by ${distance} limit ${LIMIT}
      ) as near`.execute(trx)
    return rows.map(({ id }) => id)
  })
}
