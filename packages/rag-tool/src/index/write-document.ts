import { sql } from 'kysely'
import { RagError } from '../errors.ts'
import type { Place, StatementRunner, Tables } from './database.ts'
import type { IndexedDocument } from './index-document.ts'
import type { PreparedDocument } from './prepare-document.ts'
import { searchable } from './searchable.ts'

/**
 * Stores a document with all that is searched of it, in the place of what was there, in one transaction: a search sees
 * the old or the new. Another process that writes the same collection waits; when it stored the very same, nothing is done.
 */
export async function writeDocument(
  place: Place,
  { document, hash, metadata }: PreparedDocument,
  indexed: IndexedDocument,
): Promise<'added' | 'updated' | 'unchanged'> {
  const { db, tables, collectionKey } = place
  const { title, configuration } = indexed
  const url = document.url ?? null
  return db.transaction().execute(async (trx) => {
    await lockCollection(trx, tables, collectionKey)
    const { rows: found } = await sql<{ key: number; hash: string }>`
      select key, hash from ${tables.document}
      where collection_key = ${collectionKey} and id = ${document.id}`.execute(trx)
    const [old] = found
    if (old?.hash === hash) return 'unchanged'

    if (old) await deleteChunks(trx, place, [old.key])
    const { rows: written } = await sql<{ key: number }>`
      insert into ${tables.document} (collection_key, id, hash, title, url, metadata, visible_to)
      values (${collectionKey}, ${document.id}, ${hash}, ${title}, ${url}, ${metadata}::jsonb,
        ${document.visibleTo ?? null}::text[])
      on conflict (collection_key, id) do update set
        hash = excluded.hash, title = excluded.title, url = excluded.url, metadata = excluded.metadata,
        visible_to = excluded.visible_to
      returning key`.execute(trx)
    const { rows: lexicons } = await sql<{ key: number }>`
      insert into ${tables.lexicon} (collection_key, configuration) values (${collectionKey}, ${configuration})
      on conflict (collection_key, configuration) do update set configuration = excluded.configuration
      returning key`.execute(trx)
    const [key, lexiconKey] = [written[0]?.key, lexicons[0]?.key]
    if (key === undefined || lexiconKey === undefined)
      throw new Error('PostgreSQL returned no key for a written row.')
    await insertChunks(trx, place, { documentKey: key, lexiconKey, indexed })
    return old ? 'updated' : 'added'
  })
}

/** Deletes documents by id, with all that is searched of them; gives how many there were. */
export async function deleteDocuments(place: Place, ids: readonly string[]): Promise<number> {
  const { db, tables, collectionKey } = place
  return db.transaction().execute(async (trx) => {
    await lockCollection(trx, tables, collectionKey)
    const { rows } = await sql<{ key: number }>`
      delete from ${tables.document} where collection_key = ${collectionKey} and id = any(${ids})
      returning key`.execute(trx)
    await deleteChunks(
      trx,
      place,
      rows.map(({ key }) => key),
    )
    return rows.length
  })
}

// One writer a collection: its counters are sums over all its documents. Readers do not wait.
async function lockCollection(trx: StatementRunner, tables: Tables, key: number): Promise<void> {
  await sql`select from ${tables.collection} where key = ${key} for update`.execute(trx)
}

async function insertChunks(
  trx: StatementRunner,
  { tables, vectorTable, embedder }: Place,
  to: { documentKey: number; lexiconKey: number; indexed: IndexedDocument },
): Promise<void> {
  const { configuration, chunks } = to.indexed
  const given = chunks.map((chunk, ordinal) => ({
    ordinal,
    text: chunk.text,
    range_start: chunk.range.start,
    range_end: chunk.range.end,
    heading_path: chunk.headingPath,
    anchor: chunk.anchor,
    text_fragment: chunk.textFragment,
    page_number: chunk.page?.number,
    page_label: chunk.page?.label,
    embedding_hash: embedder && chunk.hash,
    searched: searchable(chunk.told, configuration),
  }))
  const vectored =
    vectorTable && embedder
      ? sql`insert into ${vectorTable} (chunk_key, embedding)
          select added.key, cache.embedding from added
          join ${tables.embeddingCache} as cache
            on cache.model = ${embedder.model} and cache.text_hash = added.embedding_hash
          returning chunk_key`
      : sql`select key from added`
  const { rows } = await sql<{ missing: number }>`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(
        ordinal integer, text text, range_start integer, range_end integer, heading_path jsonb,
        anchor text, text_fragment text, page_number integer, page_label text, embedding_hash text, searched jsonb)
    ), term as materialized (
      select given.ordinal, lexeme, cardinality(positions) as frequency
      from given, unnest(to_tsvector(${`pg_catalog.${configuration}`}::text::regconfig, given.searched ->> 'text'))
    ), size as (
      select ordinal, sum(frequency)::integer as length from term group by ordinal
    ), added as (
      insert into ${tables.chunk} (document_key, lexicon_key, ordinal, text, range_start, range_end,
        heading_path, anchor, text_fragment, page_number, page_label, embedding_hash, length)
      select ${to.documentKey}, ${to.lexiconKey}, ordinal, text, range_start, range_end,
        heading_path, anchor, text_fragment, page_number, page_label, embedding_hash, coalesce(length, 0)
      from given left join size using (ordinal)
      returning key, ordinal, length, embedding_hash
    ), vectored as (
      ${vectored}
    ), posted as (
      insert into ${tables.posting} (lexicon_key, term, chunk_key, frequency, length)
      select ${to.lexiconKey}::integer, lexeme, added.key, frequency, added.length from term join added using (ordinal)
      union all
      select ${to.lexiconKey}::integer, exact.key, added.key, exact.value::integer, added.length
      from added join given using (ordinal), jsonb_each_text(given.searched -> 'exact') as exact
    )
    update ${tables.lexicon} set
      chunks = chunks + (select count(*) from added),
      tokens = tokens + (select coalesce(sum(length), 0) from added)
    where key = ${to.lexiconKey}
    returning (select count(*) from added)::integer - (select count(*) from vectored)::integer as missing`.execute(
    trx,
  )
  if (rows[0]?.missing !== 0)
    throw new RagError(
      'invalid_document',
      'Its vectors went from the cache while it was written; the next ingest makes them again.',
    )
}

async function deleteChunks(
  trx: StatementRunner,
  { tables, vectorTable }: Place,
  documentKeys: number[],
): Promise<void> {
  const unvectored = vectorTable
    ? sql`unvectored as (delete from ${vectorTable} using gone where chunk_key = gone.key),`
    : sql``
  await sql`
    with gone as (
      delete from ${tables.chunk} where document_key = any(${documentKeys}) returning key, lexicon_key, length
    ), unposted as (
      delete from ${tables.posting} using gone where chunk_key = gone.key
    ), ${unvectored} loss as (
      select lexicon_key, count(*) as chunks, sum(length) as tokens from gone group by lexicon_key
    )
    update ${tables.lexicon} as lexicon set
      chunks = lexicon.chunks - loss.chunks,
      tokens = lexicon.tokens - loss.tokens
    from loss where lexicon.key = loss.lexicon_key`.execute(trx)
}
