import { sql } from 'kysely'
import type { Passage } from './passage.ts'

/** A passage as a statement gives it that selects {@link PASSAGE_COLUMNS} and a score. */
export interface PassageRow {
  collection: string
  document_id: string
  title: string
  url: string | null
  anchor: string | null
  heading_path: string[]
  text: string
  range_start: number
  range_end: number
  text_fragment: string | null
  page_number: number | null
  page_label: string | null
  score: number
  metadata: Record<string, unknown>
}

export const PASSAGE_COLUMNS = sql`collection.name as collection, document.id as document_id, document.title,
  document.url, document.metadata, chunk.anchor, chunk.heading_path, chunk.text, chunk.range_start, chunk.range_end,
  chunk.text_fragment,
  chunk.page_number, chunk.page_label`

export function toPassage(row: PassageRow): Passage {
  return {
    collection: row.collection,
    documentId: row.document_id,
    title: row.title,
    ...(row.url !== null && { url: row.url }),
    ...(row.anchor !== null && { anchor: row.anchor }),
    headingPath: row.heading_path,
    text: row.text,
    range: { start: row.range_start, end: row.range_end },
    ...(row.text_fragment !== null && { textFragment: row.text_fragment }),
    ...(row.page_number !== null && {
      page: { number: row.page_number, ...(row.page_label !== null && { label: row.page_label }) },
    }),
    score: row.score,
    metadata: row.metadata,
  }
}
