import { ChatKitError } from '@robolearn/chatkit-server-core'

/** What went wrong, where a caller may want to tell one failure from another. */
export type StoreErrorCode =
  /** The database could not be reached, went away or is starting or stopping. */
  | 'connection_lost'
  /** No connection became free in time, or the server has no more of them, or no memory or disk. */
  | 'out_of_resources'
  | 'unique_violation'
  | 'serialization_failure'
  | 'deadlock_detected'
  /** Text with a NUL character or half of a surrogate pair, which PostgreSQL does not store. */
  | 'invalid_text'
  /** The schema's tables are not there. */
  | 'not_migrated'
  /** The schema's tables were made by a newer version of this package. */
  | 'schema_too_new'
  /** The embedded database's folder is open already. */
  | 'folder_in_use'
  /** An optional package is not installed. */
  | 'package_missing'
  /** Anything else that the database refused; `sqlState` says what. */
  | 'statement_failed'

export interface StoreErrorOptions extends ErrorOptions {
  sqlState?: string | undefined
}

const MARK = Symbol.for('@robolearn/store-postgres/StoreError')

/**
 * A failure of the database, by name. Its `cause` is the driver's error, without the fields in which
 * PostgreSQL and the drivers repeat stored or sent values.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  /** PostgreSQL's five characters, where the failure came from it. */
  readonly sqlState: string | undefined

  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.sqlState = options.sqlState
    Object.defineProperty(this, MARK, { value: true })
  }

  /** Unlike `instanceof`, right even when two copies of this package are installed. */
  static isInstance(value: unknown): value is StoreError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}

/**
 * What a failed statement is reported as: `ChatKitError('unavailable')` when the same call may succeed later,
 * else a `StoreError`. Errors that are one of the two already stay as they are.
 */
export function toStoreFailure(error: unknown): ChatKitError | StoreError {
  if (ChatKitError.isInstance(error)) return error
  const failure = StoreError.isInstance(error) ? error : toStoreError(error)
  if (!TEMPORARY.has(failure.code)) return failure
  return new ChatKitError('unavailable', { key: 'store_unreachable' }, { cause: failure })
}

const TEMPORARY: ReadonlySet<StoreErrorCode> = new Set([
  'connection_lost',
  'out_of_resources',
  'serialization_failure',
  'deadlock_detected',
])

function toStoreError(error: unknown): StoreError {
  withoutValues(error)
  const code = codeOf(error)
  const isSqlState = /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code)
  const options = { cause: error, sqlState: isSqlState ? code : undefined }
  if (isSqlState) {
    const [name, message] = namedSqlState(code)
    return new StoreError(name, `${message} (SQLSTATE ${code})`, options)
  }
  const message = error instanceof Error ? error.message : ''
  if (POOL_TIMEOUT.test(message)) {
    return new StoreError('out_of_resources', 'No connection of the pool became free in time.', options)
  }
  if (NETWORK_CODE.test(code) || CUT_CONNECTION.test(message)) {
    return new StoreError('connection_lost', 'The connection to the database failed.', options)
  }
  return new StoreError('statement_failed', 'A statement failed before the database answered it.', options)
}

// Before "timeout" of any other kind: pg's pool says the same words for a full pool and for a server that
// does not answer.
const POOL_TIMEOUT = /timeout exceeded when trying to connect/
const NETWORK_CODE =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOENT)$/
const CUT_CONNECTION =
  /connection terminated|connection error|not queryable|connection timeout|already been destroyed/i

function namedSqlState(sqlState: string): [StoreErrorCode, string] {
  if (sqlState === '23505') return ['unique_violation', 'A row with this key is there already.']
  if (sqlState === '40P01') return ['deadlock_detected', 'The database ended a deadlock.']
  if (sqlState === '42P01' || sqlState === '3F000') {
    return ['not_migrated', 'The tables are not there. Call migrate() on the store before its first use.']
  }
  if (sqlState === '22021' || sqlState === '22P05') {
    return ['invalid_text', 'A value has text that PostgreSQL cannot store, such as a NUL character.']
  }
  switch (sqlState.slice(0, 2)) {
    case '08':
    case '57':
      // 57014 is a statement cut off by a timeout or by hand; the rest of the class is a server going down.
      return sqlState === '57014'
        ? ['out_of_resources', 'The database cut the statement off.']
        : ['connection_lost', 'The connection to the database failed.']
    case '53':
      return ['out_of_resources', 'The database has no connection, memory or disk left.']
    case '40':
      return ['serialization_failure', 'The transaction met another one and was rolled back.']
    default:
      return ['statement_failed', 'The database refused a statement.']
  }
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

const FIELDS_WITH_VALUES = ['detail', 'where', 'internalQuery', 'query', 'params', 'parameters']

function withoutValues(error: unknown): void {
  if (typeof error !== 'object' || error === null) return
  for (const field of FIELDS_WITH_VALUES) Reflect.deleteProperty(error, field)
}
