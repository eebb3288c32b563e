import { sql } from 'kysely'
import type { Place, StatementRunner, Tables } from './database.ts'
import type { IndexedDocument, PreparedDocument } from './prepare-document.ts'
import { searchable } from './searchable.ts'

/**
 * Stores a document with all that is searched of it, in the place of what was there, in one transaction: a search sees
 * the old or the new. Another process that writes the same collection waits; when it stored the very same, nothing is done.
 */
export async function writeDocument(
  { db, tables, collectionKey, vectorTable, embedder }: Place,
  { document, hash, metadata }: PreparedDocument,
  indexed: IndexedDocument,
): Promise<'added' | 'updated' | 'unchanged'> {
  const { title, configuration } = indexed
  const url = document.url ?? null
  return db.transaction().execute(async (trx) => {
    await lockCollection(trx, tables, collectionKey)
    const { rows: found } = await sql<{ key: number; hash: string }>`
      select key, hash from ${tables.document}
      where collection_key = ${collectionKey} and id = ${document.id}`.execute(trx)
    const [old] = found
    if (old?.hash === hash) return 'unchanged'

    if (old) await deleteChunks(trx, tables, [old.key])
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
    await insertChunks(trx, tables, { documentKey: key, lexiconKey, indexed })
    if (vectorTable && embedder) {
      const vectors = await embedder.embed(
        indexed.chunks.map((chunk) => [...chunk.headingPath, chunk.visibleText].join('\n')),
        { kind: 'document' },
      )
      await sql`insert into ${vectorTable} (chunk_key, embedding) select key, (${JSON.stringify(vectors)}::jsonb -> ordinal)::text::vector
        from ${tables.chunk} where document_key = ${key}`.execute(trx)
    }
    return old ? 'updated' : 'added'
  })
}

/** Deletes documents by id, with all that is searched of them; gives how many there were. */
export async function deleteDocuments(
  { db, tables, collectionKey }: Place,
  ids: readonly string[],
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await lockCollection(trx, tables, collectionKey)
    const { rows } = await sql<{ key: number }>`
      delete from ${tables.document} where collection_key = ${collectionKey} and id = any(${ids})
      returning key`.execute(trx)
    await deleteChunks(
      trx,
      tables,
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
  tables: Tables,
  to: { documentKey: number; lexiconKey: number; indexed: IndexedDocument },
): Promise<void> {
  const { title, configuration, chunks } = to.indexed
  const given = chunks.map((chunk, ordinal) => ({
    ordinal,
    text: chunk.text,
    range_start: chunk.range.start,
    range_end: chunk.range.end,
    heading_path: chunk.headingPath,
    anchor: chunk.anchor,
    text_fragment: chunk.textFragment,
    searched: searchable(
      [...new Set([title, ...chunk.headingPath]), chunk.visibleText].join('\n'),
      configuration,
    ),
  }))
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(
        ordinal integer, text text, range_start integer, range_end integer, heading_path jsonb,
        anchor text, text_fragment text, searched jsonb)
    ), term as materialized (
      select given.ordinal, lexeme, cardinality(positions) as frequency
      from given, unnest(to_tsvector(${`pg_catalog.${configuration}`}::text::regconfig, given.searched ->> 'text'))
    ), size as (
      select ordinal, sum(frequency)::integer as length from term group by ordinal
    ), added as (
      insert into ${tables.chunk} (document_key, lexicon_key, ordinal, text, range_start, range_end,
        heading_path, anchor, text_fragment, length)
      select ${to.documentKey}, ${to.lexiconKey}, ordinal, text, range_start, range_end,
        heading_path, anchor, text_fragment, coalesce(length, 0)
      from given left join size using (ordinal)
      returning key, ordinal, length
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
    where key = ${to.lexiconKey}`.execute(trx)
}

async function deleteChunks(trx: StatementRunner, tables: Tables, documentKeys: number[]): Promise<void> {
  await sql`
    with gone as (
      delete from ${tables.chunk} where document_key = any(${documentKeys}) returning key, lexicon_key, length
    ), unposted as (
      delete from ${tables.posting} using gone where chunk_key = gone.key
    ), loss as (
      select lexicon_key, count(*) as chunks, sum(length) as tokens from gone group by lexicon_key
    )
    update ${tables.lexicon} as lexicon set
      chunks = lexicon.chunks - loss.chunks,
      tokens = lexicon.tokens - loss.tokens
    from loss where lexicon.key = loss.lexicon_key`.execute(trx)
}
