import { sql } from 'kysely'
import type { DocumentSource } from '../documents/document.ts'
import { RagError } from '../errors.ts'
import type { Place } from './database.ts'
import { indexDocument, prepareDocument } from './prepare-document.ts'
import { deleteDocuments, writeDocument } from './write-document.ts'

export interface IngestProgress {
  /** How many documents were dealt with so far, this one included. */
  done: number
  /** How many there are; absent where the documents come from an iterable that does not know. */
  total?: number
  id: string
  outcome: 'added' | 'updated' | 'unchanged' | 'failed'
}

export interface IngestOptions {
  /** Called after each document. */
  onProgress?: (progress: IngestProgress) => void
  /**
   * Remove the documents of the collection that were not among these, after the last of these. One that failed is not
   * removed. Default: false.
   */
  prune?: boolean
}

/** How many documents were dealt with in which way, and the failed ones by name. */
export interface IngestReport {
  added: number
  updated: number
  unchanged: number
  removed: number
  failed: { id: string; message: string }[]
}

export interface IngestPlace extends Place {
  language: string
  /** Throws when the ingest is to stop before the next document. */
  checkOpen: () => void
}

const PRUNE_BATCH = 200

export async function ingest(
  place: IngestPlace,
  documents: DocumentSource,
  { onProgress, prune = false }: IngestOptions,
): Promise<IngestReport> {
  const report: IngestReport = { added: 0, updated: 0, unchanged: 0, removed: 0, failed: [] }
  const total = Array.isArray(documents) ? documents.length : undefined
  const known = await loadHashes(place)
  const seen = new Set<string>()
  let done = 0
  const tell = (id: string, outcome: IngestProgress['outcome']): void => {
    done += 1
    if (outcome !== 'failed') report[outcome] += 1
    onProgress?.({ done, ...(total !== undefined && { total }), id, outcome })
  }

  for await (const given of documents) {
    place.checkOpen()
    const { id } = given
    try {
      if ('error' in given) throw failure(given.error)
      if (seen.has(id))
        throw new RagError('invalid_document', `Document ${JSON.stringify(id)} was given twice.`)
      const prepared = prepareDocument(given, place.language)
      const same = known.get(id) === prepared.hash
      tell(id, same ? 'unchanged' : await writeDocument(place, prepared, indexDocument(prepared)))
    } catch (error) {
      if (!RagError.isInstance(error) || error.code !== 'invalid_document') throw error
      report.failed.push({ id, message: error.message })
      tell(id, 'failed')
    }
    seen.add(id)
  }

  if (prune) {
    const vanished = [...known.keys()].filter((id) => !seen.has(id))
    for (let at = 0; at < vanished.length; at += PRUNE_BATCH) {
      place.checkOpen()
      report.removed += await deleteDocuments(place, vanished.slice(at, at + PRUNE_BATCH))
    }
  }
  // Without it a plan made for empty tables stays in use until the next automatic one; PGlite has none at all.
  if (report.added + report.updated + report.removed > 0)
    await sql`analyze ${place.tables.chunk}, ${place.tables.posting}`.execute(place.db)
  return report
}

async function loadHashes({ db, tables, collectionKey }: Place): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; hash: string }>`
    select id, hash from ${tables.document} where collection_key = ${collectionKey}`.execute(db)
  return new Map(rows.map(({ id, hash }) => [id, hash]))
}

function failure(error: unknown): RagError {
  const message = error instanceof Error ? error.message : String(error)
  return new RagError('invalid_document', message, { cause: error })
}
