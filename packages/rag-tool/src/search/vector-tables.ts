import { sql, type RawBuilder } from 'kysely'
import { vectorTableOf } from '../index/database.ts'
import { bestOf, type Depth } from './depth.ts'
import { isReached, isReachedAlone, type Reach } from './reach.ts'

/** Up to here every vector that may be found is compared; it is exact, and takes some ten milliseconds. */
export const MAX_EXACT_CHUNKS = 5_000
/** How many rows the index has at hand before it gives the first; pgvector's own default of 40 misses too many. */
const EF_SEARCH = 200

/*
 * Cosine similarity. An HNSW index gives rows first and the filter leaves some of them over, often none: so the index is
 * used only where many chunks may be found, goes on until enough of them pass (`relaxed_order`), and when it stops
 * before that, everything is compared after all. All three ways stand in the one statement, behind conditions that are
 * known before the rows are: PostgreSQL does not run the others.
 */
export function vectorTables(vector: readonly number[], reach: Reach, depth: Depth): RawBuilder<unknown> {
  const { tables } = reach
  const distances = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
    eachCollection(
      reach,
      (table) => sql`
        select chunk_key, 1 - (embedding <=> (select embedding from asked)) as score
        from ${table} as vector where ${condition} and ${isReached(reach, sql`vector.chunk_key`)}`,
    )
  const nearest = eachCollection(
    reach,
    (table) => sql`(
        select chunk_key, 1 - (embedding <=> (select embedding from asked)) as score
        from ${table} as vector
        where (select many from size) and ${isReachedAlone(reach, sql`vector.chunk_key`)}
        order by embedding <=> (select embedding from asked)
        limit ${overfetch(depth)})`,
  )
  return sql`asked as materialized (
      select ${JSON.stringify(vector)}::text::vector as embedding,
        set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('hnsw.ef_search', ${String(EF_SEARCH)}::text, true)
    ), size as materialized (
      select chunks > ${MAX_EXACT_CHUNKS} as many, least(chunks, ${depth.candidates}) as wanted from reachable
    ), nearest as materialized (${nearest}
    ), approximate as materialized (
      ${bestOf(tables, sql`nearest`, depth)}
    ), scan as materialized (
      select case
        when not many then 'exact'
        when (select count(*) from approximate) < wanted then 'exact_after_approximate'
        else 'approximate' end as way
      from size
    ), compared as materialized (${distances(sql`(select way from scan) <> 'approximate'`)}
    ), vector as materialized (
      select * from (${bestOf(tables, sql`compared`, depth)}) as exactly
      union all
      select * from approximate where (select way from scan) = 'approximate'
    )`
}

/** The similarity of chunks that are known otherwise; for tables `candidate` of a `with`. */
export const similarities = (reach: Reach): RawBuilder<unknown> =>
  eachCollection(
    reach,
    (table) => sql`
      select chunk_key, 1 - (embedding <=> (select embedding from asked)) as similarity
      from candidate join ${table} as vector using (chunk_key)`,
  )

// One document may have all of the nearest chunks: more of them are fetched where it may not keep them.
const overfetch = ({ candidates, maxPerDocument }: Depth): number =>
  maxPerDocument === undefined ? candidates : candidates * 4

function eachCollection(
  { tables, collectionKeys }: Reach,
  part: (table: RawBuilder<unknown>) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql.join(
    collectionKeys.map((key) => part(vectorTableOf(tables, key))),
    sql` union all `,
  )
}
