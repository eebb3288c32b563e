import { sql } from 'kysely'
import type { Embedder } from '../embed/embedder.ts'
import { RagError } from '../errors.ts'
import type { StatementRunner, Tables } from '../index/database.ts'

interface Row {
  key: number
  name: string
  model: string | null
  dimensions: number | null
}

/** The keys of collections by their names. With an embedder, each must have vectors of its model. */
export async function loadCollections(
  db: StatementRunner,
  tables: Tables,
  names: readonly string[],
  embedder: Embedder | undefined,
): Promise<number[]> {
  if (names.length === 0) throw new RagError('invalid_option', 'collections is empty; name at least one.')
  const { rows } = await sql<Row>`
    select key, name, model, dimensions from ${tables.collection} where name = any(${names}::text[])`.execute(
    db,
  )
  const byName = new Map(rows.map((row) => [row.name, row]))
  return [...new Set(names)].map((name) => {
    const row = byName.get(name)
    if (!row)
      throw new RagError(
        'unknown_collection',
        `There is no collection ${JSON.stringify(name)} in schema "${tables.schema}"; open it once, or check the name.`,
      )
    if (embedder) checkModel(row, embedder)
    return row.key
  })
}

function checkModel({ name, model, dimensions }: Row, embedder: Embedder): void {
  if (model === embedder.model && dimensions === embedder.dimensions) return
  const holds = model === null ? 'has no vectors' : `has vectors of "${model}" with ${dimensions} dimensions`
  throw new RagError(
    'embedder_mismatch',
    `Collection ${JSON.stringify(name)} ${holds}, and the embedder is "${embedder.model}" with ` +
      `${embedder.dimensions} dimensions. Open it with the model that it was filled with, ingest it anew, or search it ` +
      "with `mode: 'lexical'`.",
  )
}
