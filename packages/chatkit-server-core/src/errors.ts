import { say, type ServerWords } from './messages/messages.ts'

/** Every way in which a request can be refused before its stream starts: the HTTP status, and when it happens. */
export const ERRORS = {
  request_invalid: {
    status: 400,
    meaning: 'The body is not JSON, or not a request of the protocol; `issues` name the places.',
  },
  unauthenticated: { status: 401, meaning: '`authenticate` found nobody.' },
  forbidden: { status: 403, meaning: '`authenticate` refused who is asking.' },
  thread_not_found: { status: 404, meaning: 'The thread is unknown, or somebody else’s.' },
  item_not_found: { status: 404, meaning: 'The thread has no such item.' },
  attachment_not_found: {
    status: 404,
    meaning: 'The attachment is unknown, somebody else’s, or of another thread.',
  },
  method_not_allowed: { status: 405, meaning: 'Anything but POST, and OPTIONS where CORS is on.' },
  body_timeout: { status: 408, meaning: 'The body was not whole in time.' },
  run_active: { status: 409, meaning: 'Another answer is being written on the thread; `run_id` names it.' },
  run_gone: { status: 409, meaning: 'A resume of a run that is not known any more.' },
  thread_locked: {
    status: 409,
    meaning: 'The thread is locked: it can be read, renamed, deleted, rated, stopped and resumed.',
  },
  thread_closed: {
    status: 409,
    meaning: 'The thread is closed: it can be read, renamed, deleted, rated, stopped and resumed.',
  },
  item_state_conflict: {
    status: 409,
    meaning:
      'The item is not in the state that this needs: no pending call, a form answered before, no message to retry.',
  },
  body_too_large: { status: 413, meaning: 'The body is over the limit.' },
  unsupported_media_type: { status: 415, meaning: 'The content type is not exactly `application/json`.' },
  idempotency_key_reused: { status: 422, meaning: 'The idempotency key was used with another body.' },
  rate_limited: {
    status: 429,
    meaning: 'Too many requests, or too many answers at once; `retry_after_seconds` says when to come again.',
  },
  internal: { status: 500, meaning: 'Anything else. The request id leads to the cause in the server’s log.' },
  hook_not_implemented: {
    status: 501,
    meaning: 'The server does not offer this: no `action`, `syncAction`, `transcribe` or attachments.',
  },
  unavailable: {
    status: 503,
    meaning: 'The store cannot be reached, or the server is shutting down; nothing was written.',
  },
} as const satisfies Record<string, { status: number; meaning: string }>

export type ErrorCode = keyof typeof ERRORS

/** One thing that is wrong with a request: where (`params.input.content[0]`) and what. */
export interface RequestIssue {
  path: string
  message: string
}

export interface ChatKitErrorOptions extends ErrorOptions {
  issues?: RequestIssue[]
  /** The run that is in the way. */
  runId?: string | undefined
  retryAfterSeconds?: number
}

const MARK = Symbol.for('@robolearn/chatkit-server-core/ChatKitError')

/**
 * A refusal with a code that is part of the protocol. Its `message` is written for the person who reads the
 * reply and is sent to them as it is (the server's own in their language): put nothing private into it (`cause` stays on the server).
 */
export class ChatKitError extends Error {
  override readonly name = 'ChatKitError'
  readonly code: ErrorCode
  readonly issues: RequestIssue[] | undefined
  readonly runId: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** What the message says, where it is one of the server's own: it can be said in another language. */
  readonly words: ServerWords | undefined

  constructor(code: ErrorCode, message: string | ServerWords, options: ChatKitErrorOptions = {}) {
    super(typeof message === 'string' ? message : say(message), options)
    this.code = code
    this.words = typeof message === 'string' ? undefined : message
    this.issues = options.issues
    this.runId = options.runId
    this.retryAfterSeconds = options.retryAfterSeconds
    Object.defineProperty(this, MARK, { value: true })
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  /** Unlike `instanceof`, right even when two copies of this package are installed. */
  static isInstance(value: unknown): value is ChatKitError {
    return typeof value === 'object' && value !== null && MARK in value
  }
}

/** For `catch`: what is not there is undefined, anything else stays an error. */
export function undefinedIfNotFound(error: unknown): undefined {
  if (ChatKitError.isInstance(error) && error.status === 404) return undefined
  throw error
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
