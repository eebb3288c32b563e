import { sql, type RawBuilder } from 'kysely'
import { searchable } from '../index/searchable.ts'
import { bestOf, type Depth } from './depth.ts'
import { isReached, type Reach } from './reach.ts'

/** What a word counts as it is written, or the character of a word, beside its stem. */
const EXACT_SHARE = 0.25

/*
 * BM25 with k1 1.2 and b 0.75, and the logarithm of Lucene, which is never negative. A word that a passage lacks costs
 * nothing but its own share. The question is taken apart in each language of the collections, and the rarity of a term
 * and the average length are those of the language. `possible` is what a chunk of average length has in which each term
 * of the question stands once.
 */
export function lexicalTables(query: string, reach: Reach, depth: Depth): RawBuilder<unknown> {
  const { tables, collectionKeys } = reach
  const stemmed = searchable(query, 'english')
  const whole = searchable(query, 'simple')
  return sql`question as materialized (
      select key as lexicon_key, chunks::float8 as chunks, tokens::float8 / chunks as mean_length,
        asked.term, asked.share
      from ${tables.lexicon} as lexicon, lateral (
        select lexeme as term, 1::float8 as share
        from unnest(to_tsvector(('pg_catalog.' || lexicon.configuration)::regconfig, ${stemmed.text}::text))
        union all
        select term, ${EXACT_SHARE}::float8 from unnest(case lexicon.configuration
          when 'simple' then ${Object.keys(whole.exact)}::text[]
          else ${Object.keys(stemmed.exact)}::text[] end) as term
      ) as asked
      where collection_key = any(${collectionKeys}::integer[]) and chunks > 0
    ), found as materialized (
      select posting.lexicon_key, posting.term, chunk_key,
        frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / mean_length)) as weight
      from question join ${tables.posting} as posting using (lexicon_key, term)
    ), counted as (
      select lexicon_key, term, count(*) as chunks from found group by lexicon_key, term
    ), rarity as materialized (
      select lexicon_key, term, share, share
        * ln(1 + (question.chunks - coalesce(counted.chunks, 0) + 0.5) / (coalesce(counted.chunks, 0) + 0.5)) as weight
      from question left join counted using (lexicon_key, term)
    ), scored as materialized (
      select chunk_key, found.lexicon_key, sum(found.weight * rarity.weight) as score
      from found join rarity using (lexicon_key, term)
      where ${isReached(reach, sql`chunk_key`)}
      group by chunk_key, found.lexicon_key
      having bool_or(share = 1)
    ), strong as (
      select chunk_key, score from scored
      where score >= ${depth.minWordShare}::float8 * (select max(score) from scored)
    ), lexical as materialized (
      ${bestOf(tables, sql`strong`, depth)}
    ), possible as (
      select lexicon_key, sum(weight) as score from rarity group by lexicon_key
    )`
}
