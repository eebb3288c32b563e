/**
 * What can be wrong: `invalid_option` (a value given to a function of this package), `invalid_document` (it is
 * reported in `failed`, and the other documents go on), `newer_database` (the tables were made by a newer version of
 * this package), `embedder_mismatch` (the vectors of the collection are of another model or size), `missing_pgvector`
 * (there is an embedder, and the database cannot store vectors), `closed` (the knowledge base was closed).
 */
export type RagErrorCode =
  | 'invalid_option'
  | 'invalid_document'
  | 'newer_database'
  | 'embedder_mismatch'
  | 'missing_pgvector'
  | 'closed'

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
