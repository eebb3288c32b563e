import { sql, type RawBuilder } from 'kysely'
import type { Tables } from '../index/database.ts'

/** How far a search looks down its order. */
export interface Depth {
  /** How many chunks it takes from the words and from the vectors each. */
  candidates: number
  /** How many passages it gives. */
  passages: number
  maxPerDocument?: number
  /** Of the best score of the words, which a chunk needs to be one of these. */
  minWordShare: number
}

/**
 * The best of a table of `chunk_key` and `score`. Chunks beyond the most of one document are passed over before the
 * others are counted, so that they take nobody's place.
 */
export function bestOf(tables: Tables, scores: RawBuilder<unknown>, depth: Depth): RawBuilder<unknown> {
  const { candidates, maxPerDocument } = depth
  if (maxPerDocument === undefined)
    return sql`select chunk_key, score from ${scores} as given
      order by score desc, chunk_key limit ${candidates}`
  return sql`select chunk_key, score from (
      select given.chunk_key, given.score, row_number() over (
        partition by chunk.document_key order by given.score desc, given.chunk_key) as place
      from ${scores} as given join ${tables.chunk} as chunk on chunk.key = given.chunk_key
    ) as placed
    where place <= ${maxPerDocument} order by score desc, chunk_key limit ${candidates}`
}
