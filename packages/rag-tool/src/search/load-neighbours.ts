import { sql } from 'kysely'
import type { StatementRunner, Tables } from '../index/database.ts'
import type { Neighbour, Passage } from './passage.ts'
import { isVisible } from './reach.ts'

/** Where a passage stands; what is stored of a citation is enough. */
export type PassagePlace = Pick<Passage, 'collection' | 'documentId' | 'range'>

export interface Surroundings {
  before: Neighbour[]
  after: Neighbour[]
}

export interface Around {
  /** At most so many chunks before and behind. */
  before: number
  after: number
  visibleTo: readonly string[]
}

interface Row {
  nth: number
  distance: number
  text: string
  range_start: number
  range_end: number
  heading_path: string[]
}

/**
 * What stands around passages: nothing where a document has changed since, so that no chunk begins there any more, or
 * where the asker may not read it (any more).
 */
export async function loadNeighbours(
  db: StatementRunner,
  tables: Tables,
  passages: readonly PassagePlace[],
  { before, after, visibleTo }: Around,
): Promise<Surroundings[]> {
  const { rows } = await sql<Row>`
    select given.nth::integer as nth, beside.ordinal - chunk.ordinal as distance, beside.text, beside.range_start,
      beside.range_end, beside.heading_path
    from unnest(${passages.map(({ collection }) => collection)}::text[],
        ${passages.map(({ documentId }) => documentId)}::text[],
        ${passages.map(({ range }) => range.start)}::integer[])
        with ordinality as given (collection, document_id, range_start, nth)
      join ${tables.collection} as collection on collection.name = given.collection
      join ${tables.document} as document
        on document.collection_key = collection.key and document.id = given.document_id and ${isVisible(visibleTo)}
      join ${tables.chunk} as chunk
        on chunk.document_key = document.key and chunk.range_start = given.range_start
      join ${tables.chunk} as beside on beside.document_key = document.key and beside.ordinal <> chunk.ordinal
        and beside.ordinal between chunk.ordinal - ${before}::integer and chunk.ordinal + ${after}::integer
    order by given.nth, beside.ordinal`.execute(db)
  const surroundings = passages.map((): Surroundings => ({ before: [], after: [] }))
  for (const row of rows) {
    const { text, heading_path: headingPath, range_start: start, range_end: end } = row
    const around = surroundings[row.nth - 1]
    around?.[row.distance < 0 ? 'before' : 'after'].push({ headingPath, text, range: { start, end } })
  }
  return surroundings
}

/** Passages with what stands around them, each chunk once: as a passage, or at the best of those that it is beside. */
export function withContext(passages: readonly Passage[], around: readonly Surroundings[]): Passage[] {
  const keyOf = ({ collection, documentId }: Passage, { range }: Pick<Passage, 'range'>): string =>
    JSON.stringify([collection, documentId, range.start])
  const shown = new Set(passages.map((passage) => keyOf(passage, passage)))
  return passages.map((passage, nth) => {
    const isNew = (neighbour: Neighbour): boolean => {
      const key = keyOf(passage, neighbour)
      return !shown.has(key) && Boolean(shown.add(key))
    }
    const { before = [], after = [] } = around[nth] ?? {}
    return { ...passage, context: { before: before.filter(isNew), after: after.filter(isNew) } }
  })
}
