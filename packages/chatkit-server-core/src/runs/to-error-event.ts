import { StreamError } from '../errors.ts'
import type { EventOf } from '../protocol/events.ts'

/** What the user is told of a failed answer: words that were written for them, or a bare code. */
export function toErrorEvent(error: unknown): EventOf<'error'> {
  if (!StreamError.isInstance(error)) return { type: 'error', code: 'stream.error', allow_retry: true }
  return {
    type: 'error',
    code: error.code,
    ...(error.forUser ? { message: error.message } : {}),
    allow_retry: error.allowRetry,
  }
}
