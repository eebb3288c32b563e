import { sql } from 'kysely'
import type { Embedder } from '../embed/embedder.ts'
import { RagError } from '../errors.ts'
import { vectorTableOf, type Place, type StatementRunner, type Tables } from './database.ts'
import { MIGRATION_LOCK } from './migrate.ts'

/** The most that an HNSW index of pgvector takes; longer vectors are compared one by one. */
const MAX_INDEXED_DIMENSIONS = 2_000
const MAX_DIMENSIONS = 16_000

/**
 * Makes the tables for a collection's vectors where they are missing, and completes `place` with what the collection
 * has. Throws a `RagError`: `embedder_mismatch`, `missing_pgvector`, `invalid_option`.
 */
export async function openVectors(
  { db, tables, collectionKey }: Place,
  collection: string,
  embedder: Embedder | undefined,
): Promise<Pick<Place, 'vectorTable' | 'embedder'>> {
  const vectorTable = vectorTableOf(tables, collectionKey)
  if (!embedder) {
    const { rows } = await sql<{ model: string | null }>`
      select model from ${tables.collection} where key = ${collectionKey}`.execute(db)
    return rows[0]?.model == null ? {} : { vectorTable }
  }
  const { model, dimensions } = embedder
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > MAX_DIMENSIONS)
    throw new RagError(
      'invalid_option',
      `The embedder "${model}" has ${dimensions} dimensions; it must be a whole number from 1 to ${MAX_DIMENSIONS}.`,
    )
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx)
    const { rows } = await sql<{ model: string | null; dimensions: number | null }>`
      select model, dimensions from ${tables.collection} where key = ${collectionKey} for update`.execute(trx)
    const known = rows[0]
    if (known?.model == null) await createTables(trx, tables, collectionKey, embedder)
    else if (known.model !== model || known.dimensions !== dimensions)
      throw new RagError(
        'embedder_mismatch',
        `The vectors of collection "${collection}" are of "${known.model}" (${known.dimensions} dimensions), and the ` +
          `embedder is "${model}" (${dimensions}): open it with the former, or use another collection.`,
      )
  })
  return { vectorTable, embedder }
}

async function createTables(
  trx: StatementRunner,
  tables: Tables,
  collectionKey: number,
  { model, dimensions }: Embedder,
): Promise<void> {
  await createExtension(trx)
  const table = vectorTableOf(tables, collectionKey)
  await sql`create table if not exists ${tables.embeddingCache} (
    model text not null,
    text_hash text collate "C" not null,
    embedding vector not null,
    made_at timestamptz not null default now(),
    primary key (model, text_hash)
  )`.execute(trx)
  await sql`create table ${table} (
    chunk_key integer primary key,
    embedding vector(${sql.lit(dimensions)}) not null
  )`.execute(trx)
  if (dimensions <= MAX_INDEXED_DIMENSIONS)
    await sql`create index ${sql.id(`vector_${collectionKey}_embedding`)} on ${table}
      using hnsw (embedding vector_cosine_ops)`.execute(trx)
  await sql`update ${tables.collection} set model = ${model}, dimensions = ${dimensions}
    where key = ${collectionKey}`.execute(trx)
}

async function createExtension(trx: StatementRunner): Promise<void> {
  const { rows } = await sql<{ installed: boolean; available: boolean }>`select
    exists (select from pg_extension where extname = 'vector') as installed,
    exists (select from pg_available_extensions where name = 'vector') as available`.execute(trx)
  if (rows[0]?.installed) return
  if (!rows[0]?.available)
    throw new RagError(
      'missing_pgvector',
      'There is an embedder, but this PostgreSQL has no extension "vector" to store its vectors with: install ' +
        'pgvector (for PGlite: load @electric-sql/pglite-pgvector), or search without an embedder.',
    )
  await sql`create extension vector`.execute(trx)
}
