import { sql, type RawBuilder } from 'kysely'
import type { StatementRunner } from '../index/database.ts'
import type { Depth } from './depth.ts'
import { fuseTables, type Fusion } from './fuse-tables.ts'
import { lexicalTables } from './lexical-tables.ts'
import type { Passage } from './passage.ts'
import { reachTables, type Reach } from './reach.ts'
import type { Boost, SearchTrace } from './search-options.ts'
import { PASSAGE_COLUMNS, toPassage, type PassageRow } from './to-passage.ts'
import { MAX_EXACT_CHUNKS, vectorTables } from './vector-tables.ts'

export interface Wish {
  query: string
  mode: SearchTrace['mode']
  /** Of the query; there unless the mode is `lexical`. */
  vector: readonly number[]
  reach: Reach
  depth: Depth
  fusion: Fusion
  boosts: readonly Boost[]
  minScore?: number
}

export interface Found {
  passages: Passage[]
  vectorScan?: NonNullable<SearchTrace['vectorScan']>
}

/** Everything that a search does in the database, in one statement: what it gives was there at one moment. */
export async function findPassages(db: StatementRunner, wish: Wish): Promise<Found> {
  const { reach, depth, minScore } = wish
  const { tables } = reach
  const { rows } = await sql<PassageRow & { way: Found['vectorScan'] | null; chunk_key: number | null }>`
    with ${searchTables(wish)}, boosted as (
      select fused.chunk_key, fused.score * ${boostOf(wish.boosts)} as score
      from fused join ${tables.chunk} as chunk on chunk.key = fused.chunk_key
        join ${tables.document} as document on document.key = chunk.document_key
    ), capped as (
      select boosted.chunk_key, boosted.score, row_number() over (
        partition by chunk.document_key order by boosted.score desc, boosted.chunk_key) as place
      from boosted join ${tables.chunk} as chunk on chunk.key = boosted.chunk_key
    ), best as (
      select chunk_key, score from capped
      where (${depth.maxPerDocument ?? null}::integer is null or place <= ${depth.maxPerDocument ?? null}::integer)
        and (${minScore ?? null}::float8 is null or score >= ${minScore ?? null}::float8)
      order by score desc, chunk_key limit ${depth.passages}
    ), passage as (
      select best.chunk_key, best.score::float8 as score, ${PASSAGE_COLUMNS}
      from best
        join ${tables.chunk} as chunk on chunk.key = best.chunk_key
        join ${tables.document} as document on document.key = chunk.document_key
        join ${tables.collection} as collection on collection.key = document.collection_key
    )
    select ${wish.mode === 'lexical' ? sql`null` : sql`(select way from scan)`} as way, passage.*
    from (select) as always left join passage on true
    order by passage.score desc, passage.chunk_key`.execute(db)
  const way = rows[0]?.way ?? undefined
  return {
    passages: rows.filter((row) => row.chunk_key !== null).map(toPassage),
    ...(way !== undefined && { vectorScan: way }),
  }
}

function searchTables({ query, mode, vector, reach, depth, fusion }: Wish): RawBuilder<unknown> {
  const words = (): RawBuilder<unknown> => lexicalTables(query, reach, depth)
  const vectors = (): RawBuilder<unknown> => vectorTables(vector, reach, depth)
  const parts = {
    lexical: () => [words(), sql`fused as (select * from lexical)`],
    vector: () => [vectors(), sql`fused as (select * from vector)`],
    hybrid: () => [words(), vectors(), fuseTables(reach, fusion)],
  }
  return sql.join([reachTables(reach, MAX_EXACT_CHUNKS + 1), ...parts[mode]()], sql`, `)
}

function boostOf(boosts: readonly Boost[]): RawBuilder<unknown> {
  const factors = boosts.map(
    ({ documentIds, factor }) =>
      sql`case when document.id = any(${documentIds}::text[]) then ${factor}::float8 else 1 end`,
  )
  return sql.join([sql`1::float8`, ...factors], sql` * `)
}
