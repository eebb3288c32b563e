import { sql, type RawBuilder } from 'kysely'
import type { Embedder } from '../embed/embedder.ts'
import { RagError } from '../errors.ts'

/** What runs a statement: a Kysely or a transaction of it. */
export type StatementRunner = Parameters<RawBuilder<unknown>['execute']>[0]

/** The part of a `Kysely` that is needed; which tables its type knows is of no matter. */
export interface KnowledgeDatabase extends StatementRunner {
  transaction(): {
    execute<T>(callback: (transaction: StatementRunner) => Promise<T>): Promise<T>
  }
  withoutPlugins(): KnowledgeDatabase
}

/** The tables, as they stand in a statement. */
export interface Tables {
  schema: string
  migration: RawBuilder<unknown>
  collection: RawBuilder<unknown>
  lexicon: RawBuilder<unknown>
  document: RawBuilder<unknown>
  chunk: RawBuilder<unknown>
  posting: RawBuilder<unknown>
  /** Vectors by model and text. It and the table of a collection's vectors are there once an embedder was. */
  embeddingCache: RawBuilder<unknown>
}

/** Where one knowledge base lives. */
export interface Place {
  db: KnowledgeDatabase
  tables: Tables
  collectionKey: number
  /** The table of the collection's vectors, where it has any: `chunk_key`, `embedding`. */
  vectorTable?: RawBuilder<unknown>
  embedder?: Embedder
}

export function tablesIn(schema: string): Tables {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw new RagError(
      'invalid_option',
      `schema ${JSON.stringify(schema)}: use 1 to 63 of a–z, 0–9 and _, not beginning with a digit or pg_.`,
    )
  const table = (name: string): RawBuilder<unknown> => sql.id(schema, name)
  return {
    schema,
    migration: table('migration'),
    collection: table('collection'),
    lexicon: table('lexicon'),
    document: table('document'),
    chunk: table('chunk'),
    posting: table('posting'),
    embeddingCache: table('embedding_cache'),
  }
}

/** A collection has a table of its own, so that no search meets the vectors of another one or of another size. */
export function vectorTableOf({ schema }: Tables, collectionKey: number): RawBuilder<unknown> {
  return sql.id(schema, `vector_${collectionKey}`)
}
