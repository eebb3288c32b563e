import { sql, type RawBuilder } from 'kysely'
import type { Tables } from '../index/database.ts'

/** Which chunks a search may find. */
export interface Reach {
  tables: Tables
  collectionKeys: readonly number[]
  /** A condition on `document`; absent where every document matches. */
  filter?: RawBuilder<boolean>
  visibleTo: readonly string[]
}

/** The condition that holds for documents that the asker may read. */
export const isVisible = (visibleTo: readonly string[]): RawBuilder<boolean> =>
  sql`(document.visible_to is null or document.visible_to && ${visibleTo}::text[])`

/**
 * Two tables for the `with` of a search, as joins and not as a list of keys, which the planner can handle at any size:
 * with a filter `allowed` holds the chunks that may be found, without one `hidden` those few that may not. `reachable`
 * counts the ones that may, up to `most`.
 */
export function reachTables(
  { tables, collectionKeys, filter, visibleTo }: Reach,
  most: number,
): RawBuilder<unknown> {
  const keysOf = (condition: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select chunk.key from ${tables.document} as document
      join ${tables.chunk} as chunk on chunk.document_key = document.key
    where document.collection_key = any(${collectionKeys}::integer[]) and ${condition}`
  if (filter)
    return sql`allowed as materialized (${keysOf(sql`${isVisible(visibleTo)} and ${filter}`)}),
      reachable as (select count(*) as chunks from (select from allowed limit ${most}) as counted)`
  return sql`hidden as materialized (${keysOf(sql`document.visible_to is not null and not ${isVisible(visibleTo)}`)}),
    reachable as (
      select sum(chunks) - (select count(*) from hidden) as chunks from ${tables.lexicon}
      where collection_key = any(${collectionKeys}::integer[]))`
}

/** The condition on a chunk's key, where {@link reachTables} are at hand. */
export const isReached = ({ filter }: Reach, chunkKey: RawBuilder<unknown>): RawBuilder<boolean> =>
  filter
    ? sql`exists (select from allowed where allowed.key = ${chunkKey})`
    : sql`not exists (select from hidden where hidden.key = ${chunkKey})`

/** The same for one chunk at a time, so that an index keeps giving rows in its order. */
export const isReachedAlone = (
  { tables, filter, visibleTo }: Reach,
  chunkKey: RawBuilder<unknown>,
): RawBuilder<boolean> => sql`(
  select ${isVisible(visibleTo)} and ${filter ?? sql`true`}
  from ${tables.chunk} as chunk join ${tables.document} as document on document.key = chunk.document_key
  where chunk.key = ${chunkKey})`
