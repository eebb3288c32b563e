import { sql } from 'kysely'
import type { Document, DocumentSource, FailedDocument } from '../documents/document.ts'
import { inBatches } from '../documents/in-batches.ts'
import { RagError } from '../errors.ts'
import type { ParseLimits } from '../parse/document-parser.ts'
import type { Place } from './database.ts'
import { embedChunks } from './embed-chunks.ts'
import { indexDocument, type IndexedDocument } from './index-document.ts'
import { prepareDocument, type PreparedDocument } from './prepare-document.ts'
import { pruneDocuments } from './prune-documents.ts'
import { writeDocument } from './write-document.ts'

export interface IngestProgress {
  /** How many documents were dealt with so far, this one included. */
  done: number
  /** How many there are; absent where the documents come from an iterable that does not know. */
  total?: number
  id: string
  outcome: 'added' | 'updated' | 'unchanged' | 'failed'
  /** Why it failed, or why its structure was left alone. */
  message?: string
}

export interface IngestOptions {
  /** Called after each document. */
  onProgress?: (progress: IngestProgress) => void
  /**
   * Remove the documents of the collection that were not among these, after the last of these. One that failed is not
   * removed. Default: false.
   */
  prune?: boolean
  /** Ends the ingest before the next document, with the signal's reason; handed on to the embedder. */
  signal?: AbortSignal
}

/** How many documents were dealt with in which way, and the failed ones by name. */
export interface IngestReport {
  added: number
  updated: number
  unchanged: number
  removed: number
  failed: { id: string; message: string }[]
  /** Added or updated, but without structure: parsing them went beyond a limit. */
  takenAsText: { id: string; message: string }[]
}

export interface IngestPlace extends Place {
  language: string
  limits: ParseLimits
  /** Throws when the ingest is to stop before the next document. */
  checkOpen: () => void
}

type Given = Document | FailedDocument
type Step =
  | { id: string; failure: RagError }
  | { id: string; prepared: PreparedDocument; indexed?: Promise<IndexedDocument | RagError> }

// Documents are looked up and embedded so many at a time; never more are in memory.
const BATCH = { maxCount: 32, maxWeight: 500_000, weigh: sizeOf, maxWaitMs: 50 }

export async function ingest(
  place: IngestPlace,
  documents: DocumentSource,
  { onProgress, prune = false, signal }: IngestOptions,
): Promise<IngestReport> {
  const report: IngestReport = { added: 0, updated: 0, unchanged: 0, removed: 0, failed: [], takenAsText: [] }
  const total = Array.isArray(documents) ? documents.length : undefined
  const seen = new Set<string>()
  let done = 0
  const tell = (id: string, outcome: IngestProgress['outcome'], message?: string): void => {
    done += 1
    if (outcome !== 'failed') report[outcome] += 1
    onProgress?.({ done, ...(total !== undefined && { total }), id, outcome, ...(message && { message }) })
  }
  const checkGoOn = (): void => {
    place.checkOpen()
    signal?.throwIfAborted()
  }

  for await (const batch of inBatches<Given>(documents, BATCH)) {
    checkGoOn()
    const steps = batch.map((given) => prepare(place, given, seen))
    await startIndexing(place, steps)
    const failures = await embedBatch(place, steps, signal)
    for (const step of steps) {
      checkGoOn()
      try {
        if ('failure' in step) throw step.failure
        const { prepared } = step
        const indexed = await step.indexed
        if (RagError.isInstance(indexed)) throw indexed
        const failure = failures.get(step.id)
        if (failure) throw failure
        const outcome = indexed ? await writeDocument(place, prepared, indexed) : 'unchanged'
        const message = outcome === 'unchanged' ? undefined : indexed?.takenAsText
        if (message) report.takenAsText.push({ id: step.id, message })
        tell(step.id, outcome, message)
      } catch (error) {
        if (!RagError.isInstance(error) || error.code !== 'invalid_document') throw error
        report.failed.push({ id: step.id, message: error.message })
        tell(step.id, 'failed', error.message)
      }
    }
  }

  if (prune) report.removed = await pruneDocuments(place, seen, checkGoOn)
  // Without it a plan made for empty tables stays in use until the next automatic one; PGlite has none at all.
  if (report.added + report.updated + report.removed > 0)
    await sql`analyze ${place.tables.document}, ${place.tables.chunk}, ${place.tables.posting}`.execute(
      place.db,
    )
  return report
}

function prepare({ language, embedder }: IngestPlace, given: Given, seen: Set<string>): Step {
  const { id } = given
  try {
    if ('error' in given) throw invalid(given.error)
    if (seen.has(id))
      throw new RagError('invalid_document', `Document ${JSON.stringify(id)} was given twice.`)
    return { id, prepared: prepareDocument(given, language, embedder?.model) }
  } catch (error) {
    if (!RagError.isInstance(error) || error.code !== 'invalid_document') throw error
    return { id, failure: error }
  } finally {
    seen.add(id)
  }
}

/** Begins to parse those that are new or changed, in their order. */
async function startIndexing(
  { db, tables, collectionKey, limits }: IngestPlace,
  steps: Step[],
): Promise<void> {
  const ids = steps.filter((step) => 'prepared' in step).map(({ id }) => id)
  const { rows } = await sql<{ id: string; hash: string }>`
    select id, hash from ${tables.document}
    where collection_key = ${collectionKey} and id = any(${ids})`.execute(db)
  const known = new Map(rows.map(({ id, hash }) => [id, hash]))
  for (const step of steps) {
    if (!('prepared' in step) || known.get(step.id) === step.prepared.hash) continue
    step.indexed = indexDocument(step.prepared, limits).catch((error: unknown) => {
      if (RagError.isInstance(error)) return error
      throw error
    })
    // It is met when the document's turn comes, if it comes.
    step.indexed.catch(() => {})
  }
}

/** Gives the failures by the document's id. */
async function embedBatch(
  place: IngestPlace,
  steps: Step[],
  signal: AbortSignal | undefined,
): Promise<Map<string, RagError>> {
  const { embedder } = place
  if (!embedder) return new Map()
  const read: { id: string; indexed: IndexedDocument }[] = []
  for (const step of steps) {
    const indexed = 'indexed' in step ? await step.indexed : undefined
    if (indexed && !RagError.isInstance(indexed)) read.push({ id: step.id, indexed })
  }
  const texts = read.map(({ indexed }) => indexed.chunks)
  const errors = await embedChunks(place, embedder, texts, signal)
  const failed = read.map(({ id }, n) => [id, errors[n] && notEmbedded(id, errors[n])] as const)
  return new Map(failed.filter((entry): entry is [string, RagError] => entry[1] !== undefined))
}

function notEmbedded(id: string, error: unknown): RagError {
  return invalid(error, `Document ${JSON.stringify(id)} could not be embedded: `)
}

function invalid(error: unknown, before = ''): RagError {
  const message = error instanceof Error ? error.message : String(error)
  return new RagError('invalid_document', `${before}${message}`, { cause: error })
}

function sizeOf(given: Given): number {
  if ('error' in given) return 0
  return 'text' in given ? given.text.length : given.bytes.length
}
