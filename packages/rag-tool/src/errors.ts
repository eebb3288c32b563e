/**
 * What can be wrong: `invalid_option` (a value given to a function of this package), `invalid_document` (it is
 * reported in `failed`, and the other documents go on), `newer_database` (the tables were made by a newer version of
 * this package), `closed` (the knowledge base was closed), `unknown_collection` (nothing was ever put into it),
 * `missing_index` (a table that a search needs is gone), `missing_pgvector` (an embedder was given, and the server has no
 * pgvector), `embedder_mismatch` (the collection was filled by another model, or with vectors of other dimensions),
 * `embedder_failed` (an embedder gave an error, or not what it promises).
 */
export type RagErrorCode =
  | 'invalid_option'
  | 'invalid_document'
  | 'newer_database'
  | 'closed'
  | 'unknown_collection'
  | 'missing_index'
  | 'missing_pgvector'
  | 'embedder_mismatch'
  | 'embedder_failed'

const MARK = Symbol.for('@robolearn/rag-tool/RagError')

/** An error of this package. Errors of the database come through as the driver throws them. */
export class RagError extends Error {
  override readonly name = 'RagError'
  readonly code: RagErrorCode

  constructor(code: RagErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options)
    this.code = code
    Object.defineProperty(this, MARK, { value: true })
  }

  /** Unlike `instanceof`, right even when two copies of this package are installed. */
  static isInstance(value: unknown): value is RagError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}
