/** Every way in which a request can be refused before its stream starts, with its HTTP status. */
export const ERROR_STATUS = {
  request_invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  thread_not_found: 404,
  item_not_found: 404,
  method_not_allowed: 405,
  body_timeout: 408,
  thread_locked: 409,
  thread_closed: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof ERROR_STATUS

/** One thing that is wrong with a request: where (`params.input.content[0]`) and what. */
export interface RequestIssue {
  path: string
  message: string
}

export interface ChatKitErrorOptions extends ErrorOptions {
  issues?: RequestIssue[]
  retryAfterSeconds?: number
}

const MARK = Symbol.for('@robolearn/chatkit-server-core/ChatKitError')

/**
 * A refusal with a code that is part of the protocol. Its `message` is written for the person who reads the
 * reply and is sent to them as it is: put nothing private into it (`cause` stays on the server).
 */
export class ChatKitError extends Error {
  override readonly name = 'ChatKitError'
  readonly code: ErrorCode
  readonly issues: RequestIssue[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, options: ChatKitErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.issues = options.issues
    this.retryAfterSeconds = options.retryAfterSeconds
    Object.defineProperty(this, MARK, { value: true })
  }

  get status(): number {
    return ERROR_STATUS[this.code]
  }

  /** Unlike `instanceof`, right even when two copies of this package are installed. */
  static isInstance(value: unknown): value is ChatKitError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}

const STREAM_MARK = Symbol.for('@robolearn/chatkit-server-core/StreamError')

/**
 * Thrown inside `respond()` to end the answer with words that were written for the user. Any other error
 * reaches them as a bare `stream.error`, without its message.
 */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly code: string
  readonly allowRetry: boolean
  /** Whether `message` was written for the user and may be sent. */
  readonly forUser: boolean

  constructor(message: string, options: ErrorOptions & { code?: string; allowRetry?: boolean } = {}) {
    super(message, options)
    this.code = options.code ?? 'custom'
    this.forUser = options.code === undefined
    this.allowRetry = options.allowRetry ?? !this.forUser
    Object.defineProperty(this, STREAM_MARK, { value: true })
  }

  static isInstance(value: unknown): value is StreamError {
    return typeof value === 'object' && value !== null && STREAM_MARK in value
  }
}
