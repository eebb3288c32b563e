import { sql, type RawBuilder } from 'kysely'
import type { Tables } from './database.ts'

/** The statements of each migration; number 1 is the first of them. What was released is never changed. */
export const MIGRATIONS: readonly ((tables: Tables) => RawBuilder<unknown>[])[] = [
  createIndex,
  addPagesAndModels,
  addAccess,
]

/*
 * A lexicon is a language within a collection: its terms, how many chunks they stand in, how long those are.
 * No foreign keys and nothing that cascades: every statement that deletes does so itself, and postings are many.
 */
function createIndex({ collection, lexicon, document, chunk, posting }: Tables): RawBuilder<unknown>[] {
  return [
    sql`create table ${collection} (
      key integer primary key generated always as identity,
      name text not null unique
    )`,
    sql`create table ${lexicon} (
      key integer primary key generated always as identity,
      collection_key integer not null,
      configuration text not null,
      chunks bigint not null default 0,
      tokens bigint not null default 0,
      unique (collection_key, configuration)
    )`,
    sql`create table ${document} (
      key integer primary key generated always as identity,
      collection_key integer not null,
      id text collate "C" not null,
      hash text not null,
      title text not null,
      url text,
      metadata jsonb not null,
      unique (collection_key, id)
    )`,
    sql`create table ${chunk} (
      key integer primary key generated always as identity,
      document_key integer not null,
      lexicon_key integer not null,
      ordinal integer not null,
      text text not null,
      range_start integer not null,
      range_end integer not null,
      heading_path jsonb not null,
      anchor text,
      text_fragment text,
      length integer not null,
      unique (document_key, ordinal)
    )`,
    // The length of the chunk stands here once more: scoring reads this index and nothing else.
    sql`create table ${posting} (
      lexicon_key integer not null,
      term text collate "C" not null,
      chunk_key integer not null,
      frequency integer not null,
      length integer not null,
      primary key (lexicon_key, term, chunk_key) include (frequency, length)
    )`,
    sql`create index posting_chunk_key on ${posting} (chunk_key)`,
  ]
}

/* `embedding_hash` is of the text that was embedded; the tables of vectors are made when there is an embedder. */
function addPagesAndModels({ collection, chunk }: Tables): RawBuilder<unknown>[] {
  return [
    sql`alter table ${collection} add column model text, add column dimensions integer`,
    sql`alter table ${chunk}
      add column page_number integer, add column page_label text, add column embedding_hash text`,
  ]
}

/* Filters and access look at documents. Those that not everyone may read are few or none: what asks for them is quick. */
function addAccess({ document }: Tables): RawBuilder<unknown>[] {
  return [
    sql`alter table ${document} add column visible_to text[]`,
    sql`create index document_metadata on ${document} using gin (metadata jsonb_path_ops)`,
    sql`create index document_restricted on ${document} (collection_key) where visible_to is not null`,
  ]
}
