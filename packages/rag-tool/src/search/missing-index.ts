import { RagError } from '../errors.ts'

// undefined_table, invalid_schema_name, undefined_object (an extension's type, too)
const MISSING: ReadonlySet<unknown> = new Set(['42P01', '3F000', '42704'])

/** Says what it means when PostgreSQL does not find a table: somebody has removed what was there at the opening. */
export async function missingIndex<T>(schema: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (RagError.isInstance(error) || !MISSING.has(code)) throw error
    throw new RagError(
      'missing_index',
      `Schema "${schema}" lacks tables that the search needs: they were removed since it was opened. Open the ` +
        'knowledge base again, which makes them, and ingest.',
      { cause: error },
    )
  }
}
