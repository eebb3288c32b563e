import { StoreError, type StoreErrorCode } from '../errors.ts'

/** Extensions of PostgreSQL that can be loaded, by name. */
export type EmbeddedExtension = 'vector'

/** What the worker is started with. */
export interface WorkerInput {
  /** An absolute path, or undefined for a database in memory. */
  folder: string | undefined
  extensions: EmbeddedExtension[]
}

export type WorkerRequest =
  | { type: 'query'; id: number; sql: string; parameters: readonly unknown[] }
  | { type: 'close'; id: number }

/** The answer to a request; id 0 answers the start. */
export type WorkerReply<Row = unknown> = WorkerResult<Row> | { id: number; failure: WorkerFailure }

export interface WorkerResult<Row> {
  id: number
  rows: Row[]
  affectedRows: number | undefined
  failure?: never
}

/** An error in the form in which it crosses threads: own fields of errors do not by themselves. */
export interface WorkerFailure {
  name: string
  message: string
  /** Set when it was a `StoreError`. */
  storeCode?: StoreErrorCode
  fields: Record<string, string>
}

// Not `detail`, `where`, `query`, `params`: they repeat stored and sent values.
const SAFE_FIELDS = new Set(['code', 'severity', 'schema', 'table', 'column', 'constraint', 'dataType'])

export function toFailure(error: unknown): WorkerFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fields: {} }
  const { name, message } = error
  if (StoreError.isInstance(error)) return { name, message, storeCode: error.code, fields: {} }
  const fields: Record<string, string> = {}
  for (const [key, value] of Object.entries(error)) {
    if (SAFE_FIELDS.has(key) && typeof value === 'string') fields[key] = value
  }
  return { name, message, fields }
}

export function fromFailure({ name, message, storeCode, fields }: WorkerFailure): Error {
  if (storeCode) return new StoreError(storeCode, message)
  return Object.assign(new Error(message), fields, { name })
}
