import { sql } from 'kysely'
import type { DocumentSource } from './documents/document.ts'
import type { Embedder } from './embed/embedder.ts'
import { RagError } from './errors.ts'
import { tablesIn, type KnowledgeDatabase } from './index/database.ts'
import { ingest, type IngestOptions, type IngestReport } from './index/ingest.ts'
import { canonicalLanguage } from './index/languages.ts'
import { migrate } from './index/migrate.ts'
import { openVectors } from './index/open-vectors.ts'
import { pruneDocuments } from './index/prune-documents.ts'
import type { ParseLimits } from './parse/document-parser.ts'
import type { MetadataSchema } from './search/filter.ts'
import { loadNeighbours, type PassagePlace, type Surroundings } from './search/load-neighbours.ts'
import { missingIndex } from './search/missing-index.ts'
import type { Passage } from './search/passage.ts'
import type { SearchOptions } from './search/search-options.ts'
import { search } from './search/search.ts'
import { checkSearchOptions } from './search/check-search-options.ts'

export interface KnowledgeBaseOptions<TSchema extends MetadataSchema = MetadataSchema> {
  /** A `Kysely` on PostgreSQL 14 or newer, or on PGlite. It stays yours: it is never closed here. */
  db: KnowledgeDatabase
  /** The schema that holds the tables and nothing of others; made where it is missing. Default: `rag`. */
  schema?: string
  /** Documents that are searched together; others in the same schema are not seen. Default: `default`. */
  collection?: string
  /** Of documents that name none, as a BCP 47 tag. Default: `en`. */
  language?: string
  /**
   * Makes vectors of passages and questions; the database then needs the extension pgvector. A collection keeps to the
   * model with which it was first opened. Default: none, and search by words alone.
   */
  embedder?: Embedder
  /** Beyond these a text is taken without its structure, and a PDF not at all. */
  limits?: ParseLimits
  /** The fields of metadata that can be filtered by. Default: any, and their values are not checked. */
  metadataSchema?: TSchema
}

export interface KnowledgeStats {
  documents: number
  chunks: number
}

export interface KnowledgeBase<TSchema extends MetadataSchema = MetadataSchema> extends AsyncDisposable {
  /**
   * Takes documents in, one transaction each: new and changed ones are indexed, unchanged ones cost a look at their
   * hash. A document that cannot be taken is reported and the others go on; an error of the database, or of the
   * iterable itself, ends it. What was done until then stays, and the next run completes it.
   */
  ingest(documents: DocumentSource, options?: IngestOptions): Promise<IngestReport>
  /**
   * Removes the documents whose id is not among these, and cached vectors that nothing uses any more. Gives how many
   * documents there were.
   */
  prune(keep: Iterable<string> | AsyncIterable<string>): Promise<number>
  /**
   * The passages that fit a question best, best first; none where nothing fits. Throws a `RagError`: `invalid_option`
   * (a filter, too), `unknown_collection`, `embedder_mismatch`, `embedder_failed`, `missing_index`. What an embedder of
   * your own or a hook throws comes through.
   */
  search(query: string, options?: SearchOptions<TSchema>): Promise<Passage[]>
  /**
   * What stands around a passage, or around one that was cited earlier. Nothing where its document has changed so that
   * no chunk begins there, and where the asker may not read it.
   */
  neighbours(
    passage: PassagePlace,
    options?: { before?: number; after?: number; visibleTo?: readonly string[] },
  ): Promise<Surroundings>
  stats(): Promise<KnowledgeStats>
  /** Stops ingests before their next document, and resolves when nothing uses the database any more. */
  close(): Promise<void>
}

/** Opens a collection of documents; makes and updates its tables first. */
export async function openKnowledgeBase<const TSchema extends MetadataSchema = MetadataSchema>(
  options: KnowledgeBaseOptions<TSchema>,
): Promise<KnowledgeBase<TSchema>> {
  const { schema = 'rag', collection = 'default', limits = {} } = options
  const language = canonicalLanguage(options.language ?? 'en')
  const tables = tablesIn(schema)
  // A plugin such as CamelCasePlugin would rename the columns of our results.
  const db = options.db.withoutPlugins()
  await migrate(db, tables)
  const { rows } = await sql<{ key: number }>`
    insert into ${tables.collection} (name) values (${collection})
    on conflict (name) do update set name = excluded.name
    returning key`.execute(db)
  const collectionKey = rows[0]?.key
  if (collectionKey === undefined) throw new Error('PostgreSQL returned no key for a collection.')
  const withoutVectors = { db, tables, collectionKey }
  const vectors = await openVectors(withoutVectors, collection, options.embedder)
  const place = { ...withoutVectors, ...vectors }

  const searchPlace = {
    ...place,
    ...(options.metadataSchema && { metadataSchema: options.metadataSchema }),
  }

  let closed = false
  const checkOpen = (): void => {
    if (closed) throw new RagError('closed', `The knowledge base "${collection}" was closed; open it again.`)
  }
  const running = new Set<Promise<unknown>>()
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    checkOpen()
    const promise = work()
    running.add(promise)
    try {
      return await promise
    } finally {
      running.delete(promise)
    }
  }
  const close = async (): Promise<void> => {
    closed = true
    await Promise.allSettled(running)
  }

  return {
    ingest: (documents, ingestOptions = {}) =>
      run(async () => {
        if (place.vectorTable && !place.embedder)
          throw new RagError(
            'embedder_mismatch',
            `Collection "${collection}" has vectors: open it with its embedder to ingest, or use another collection.`,
          )
        return ingest({ ...place, language, limits, checkOpen }, documents, ingestOptions)
      }),
    prune: (keep) =>
      run(async () => {
        const ids = new Set<string>()
        for await (const id of keep) ids.add(id)
        return pruneDocuments(place, ids, checkOpen)
      }),
    search: (query, searchOptions = {}) =>
      run(() => missingIndex(schema, () => search(searchPlace, query, searchOptions))),
    neighbours: (passage, around = {}) =>
      run(() =>
        missingIndex(schema, async () => {
          checkSearchOptions({ context: around })
          const { before = 1, after = 1, visibleTo = [] } = around
          const [surroundings] = await loadNeighbours(db, tables, [passage], { before, after, visibleTo })
          return surroundings ?? { before: [], after: [] }
        }),
      ),
    stats: () =>
      run(async () => {
        const result = await sql<KnowledgeStats>`
          select
            (select count(*)::integer from ${tables.document} where collection_key = ${collectionKey}) as documents,
            (select coalesce(sum(chunks), 0)::integer from ${tables.lexicon}
              where collection_key = ${collectionKey}) as chunks`.execute(db)
        return result.rows[0] ?? { documents: 0, chunks: 0 }
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
