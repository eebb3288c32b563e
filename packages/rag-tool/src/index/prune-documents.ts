import { sql } from 'kysely'
import type { Place } from './database.ts'
import { deleteDocuments } from './write-document.ts'

const LOOKED_AT = 1_000
const REMOVED_AT_ONCE = 200

/**
 * Removes the documents of the collection that are not to be kept, and the cached vectors that are older than a day and
 * belong to no chunk of any collection. `checkGoOn` throws when it is to stop before the next batch.
 */
export async function pruneDocuments(
  place: Place,
  keep: ReadonlySet<string>,
  checkGoOn: () => void,
): Promise<number> {
  const { db, tables, collectionKey, embedder } = place
  let removed = 0
  let last = ''
  for (;;) {
    const { rows } = await sql<{ id: string }>`
      select id from ${tables.document} where collection_key = ${collectionKey} and id > ${last}
      order by id limit ${LOOKED_AT}`.execute(db)
    const vanished = rows.map(({ id }) => id).filter((id) => !keep.has(id))
    for (let at = 0; at < vanished.length; at += REMOVED_AT_ONCE) {
      checkGoOn()
      removed += await deleteDocuments(place, vanished.slice(at, at + REMOVED_AT_ONCE))
    }
    const end = rows.at(-1)
    if (!end) break
    last = end.id
  }
  // Younger ones may belong to a document that is about to be written.
  if (embedder)
    await sql`
      delete from ${tables.embeddingCache} where made_at < now() - interval '1 day' and not exists
        (select from ${tables.chunk} where embedding_hash = text_hash)`.execute(db)
  return removed
}
