import type { ErrorCode } from './errors.ts'
import type { RequestType } from './protocol/requests.ts'
import type { RunEnd } from './runs/run-manager.ts'

/** Where something went wrong; what is not known is left out. */
export interface ErrorIds {
  threadId?: string
  runId?: string
  requestId?: string
}

/** What operators are told of a request; never a word of what was said. */
export interface RequestEnd {
  requestId: string | undefined
  /** Undefined where the body was no request. */
  type: RequestType | undefined
  /** `ok`, or why it was refused. For a stream: whether it began. */
  outcome: 'ok' | ErrorCode
  durationMs: number
}

/** A request before it is answered, for deciding whether it may be. */
export interface RateLimitRequest<TContext> {
  type: RequestType
  context: TContext
  owner: string
  tenant: string | undefined
}

/**
 * What operators may hook in. Ids and durations, never the content of messages. What a hook throws is ignored, but
 * for `rateLimit`, whose failure fails the request.
 */
export interface OperatorHooks<TContext> {
  onRequest?: (request: RequestEnd) => unknown
  onRunStart?: (run: { runId: string; threadId: string }) => unknown
  onRunEnd?: (run: RunEnd) => unknown
  /**
   * Told of everything that went wrong and was not the client's doing, with the error itself. Default: one line on
   * the console, with the error's name, message and stack.
   */
  onError?: (error: unknown, ids: ErrorIds) => unknown
  /** Whether a request is one too many: gives in how many seconds to come again, or nothing. */
  rateLimit?: (
    request: RateLimitRequest<TContext>,
  ) => { retryAfterSeconds: number } | undefined | Promise<{ retryAfterSeconds: number } | undefined>
}

/** A hook that never throws, and whose promise, where it gives one, never rejects. */
export function quietly<A extends unknown[]>(
  hook: ((...args: A) => unknown) | undefined,
): (...args: A) => void {
  return (...args) => {
    // A hook that fails must not fail what it is told of.
    const call = async (): Promise<unknown> => hook?.(...args)
    call().catch(() => {})
  }
}

export function logError(error: unknown, ids: ErrorIds): void {
  console.error('chatkit:', ids, error instanceof Error ? (error.stack ?? error.message) : String(error))
}
