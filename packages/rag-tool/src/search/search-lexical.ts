import { sql } from 'kysely'
import type { Place } from '../index/database.ts'
import { searchable } from '../index/searchable.ts'
import type { Passage } from './passage.ts'

/** More of a question than this is not looked at, in UTF-16 code units. */
const MAX_QUERY_CHARS = 2_000

interface Row {
  document_id: string
  title: string
  url: string | null
  anchor: string | null
  heading_path: string[]
  text: string
  range_start: number
  range_end: number
  page_number: number | null
  page_label: string | null
  text_fragment: string | null
  score: number
  metadata: Record<string, unknown>
}

/*
 * BM25 with k1 1.2 and b 0.75, and the logarithm of Lucene, which is never negative. A word that a passage lacks costs
 * nothing but its own share. The question is taken apart in each language of the collection, and the rarity of a term and
 * the average length are those of the language.
 */
export async function searchLexical(
  { db, tables, collectionKey }: Place,
  query: string,
  limit: number,
): Promise<Passage[]> {
  const question = searchable(query.slice(0, MAX_QUERY_CHARS))
  const { rows } = await sql<Row>`
    with question as materialized (
      select key as lexicon_key, chunks::float8 as chunks, tokens::float8 / chunks as mean_length, lexeme
      from ${tables.lexicon} as lexicon,
        unnest(to_tsvector(('pg_catalog.' || lexicon.configuration)::regconfig, ${question}::text))
      where collection_key = ${collectionKey} and chunks > 0
    ), found as materialized (
      select posting.lexicon_key, term, chunk_key,
        frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean_length)) as weight, chunks
      from question join ${tables.posting} as posting
        on posting.lexicon_key = question.lexicon_key and posting.term = question.lexeme
    ), rarity as (
      select lexicon_key, term, ln(1 + (chunks - count(*) + 0.5) / (count(*) + 0.5)) as weight
      from found group by lexicon_key, term, chunks
    ), best as (
      select chunk_key, sum(found.weight * rarity.weight) as score
      from found join rarity using (lexicon_key, term)
      group by chunk_key order by score desc, chunk_key limit ${limit}
    )
    select document.id as document_id, document.title, document.url, document.metadata, chunk.anchor,
      chunk.heading_path, chunk.text, chunk.range_start, chunk.range_end, chunk.text_fragment, chunk.page_number, chunk.page_label,
      best.score::float8 as score
    from best
      join ${tables.chunk} as chunk on chunk.key = best.chunk_key
      join ${tables.document} as document on document.key = chunk.document_key
    order by best.score desc, best.chunk_key`.execute(db)
  return rows.map(toPassage)
}

function toPassage(row: Row): Passage {
  return {
    documentId: row.document_id,
    title: row.title,
    ...(row.url !== null && { url: row.url }),
    ...(row.anchor !== null && { anchor: row.anchor }),
    ...(row.page_number !== null && {
      page: { number: row.page_number, ...(row.page_label !== null && { label: row.page_label }) },
    }),
    headingPath: row.heading_path,
    text: row.text,
    range: { start: row.range_start, end: row.range_end },
    ...(row.text_fragment !== null && { textFragment: row.text_fragment }),
    score: row.score,
    metadata: row.metadata,
  }
}
