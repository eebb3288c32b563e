import { sql } from 'kysely'
import type { Embedder } from '../embed/embedder.ts'
import type { Place } from './database.ts'
import type { IndexedChunk } from './index-document.ts'

const BATCH_TEXTS = 64

/**
 * Sees to it that the vector of every chunk is in the cache. A document whose texts cannot be embedded keeps no other
 * from it: gives for each document the error of the embedder that it met, if any. An abort rejects.
 */
export async function embedChunks(
  place: Place,
  embedder: Embedder,
  documents: readonly (readonly IndexedChunk[])[],
  signal: AbortSignal | undefined,
): Promise<unknown[]> {
  const known = await loadCached(place, embedder, documents)
  const missing = documents.map(
    (chunks) => new Map(chunks.filter(({ hash }) => !known.has(hash)).map(({ hash, told }) => [hash, told])),
  )
  const failure = await embedAll(place, embedder, new Map(missing.flatMap((texts) => [...texts])), signal)
  if (!failure) return missing.map(() => undefined)
  if (missing.filter(({ size }) => size > 0).length === 1)
    return missing.map(({ size }) => (size > 0 ? failure.error : undefined))
  const errors: unknown[] = []
  for (const chunks of documents) errors.push(...(await embedChunks(place, embedder, [chunks], signal)))
  return errors
}

async function loadCached(
  { db, tables }: Place,
  { model }: Embedder,
  documents: readonly (readonly IndexedChunk[])[],
): Promise<Set<string>> {
  const hashes = documents.flatMap((chunks) => chunks.map(({ hash }) => hash))
  const { rows } = await sql<{ hash: string }>`
    select text_hash as hash from ${tables.embeddingCache}
    where model = ${model} and text_hash = any(${hashes})`.execute(db)
  return new Set(rows.map(({ hash }) => hash))
}

/** Gives what the embedder threw, with what it made until then in the cache. */
async function embedAll(
  { db, tables }: Place,
  embedder: Embedder,
  texts: Map<string, string>,
  signal: AbortSignal | undefined,
): Promise<{ error: unknown } | undefined> {
  const entries = [...texts]
  for (let at = 0; at < entries.length; at += BATCH_TEXTS) {
    const batch = entries.slice(at, at + BATCH_TEXTS)
    const hashes = batch.map(([hash]) => hash)
    let vectors: string[]
    try {
      const told = batch.map(([, text]) => text)
      const made = await embedder.embed(told, { kind: 'document', ...(signal && { signal }) })
      checkVectors(embedder, made, batch.length)
      vectors = made.map((vector) => `[${vector.join(',')}]`)
    } catch (error) {
      signal?.throwIfAborted()
      return { error }
    }
    await sql`
      insert into ${tables.embeddingCache} (model, text_hash, embedding)
      select ${embedder.model}, text_hash, embedding::vector
      from unnest(${hashes}::text[], ${vectors}::text[]) as made(text_hash, embedding)
      on conflict do nothing`.execute(db)
  }
  return undefined
}

function checkVectors({ model, dimensions }: Embedder, vectors: number[][], wanted: number): void {
  if (vectors.length !== wanted)
    throw new Error(`The embedder "${model}" gave ${vectors.length} vectors for ${wanted} texts.`)
  for (const vector of vectors)
    if (vector.length !== dimensions || !vector.every(Number.isFinite))
      throw new Error(`The embedder "${model}" gave a vector that is not ${dimensions} numbers.`)
}
