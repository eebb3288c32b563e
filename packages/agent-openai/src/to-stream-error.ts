import { StreamError } from '@robolearn/chatkit-server-core'
import { sayInEnglish, type SayMessage } from './agent-messages.ts'

/** Answers of a model's API that a second try would only repeat: a wrong request, key, right or model name. */
const HOPELESS = new Set([400, 401, 403, 404, 422])

/**
 * What to throw out of `respond()` when the agent failed. Where trying again cannot help, the user is told so
 * (`stream.error`, not retryable, without details; the error itself is the `cause`); any other error is given
 * back as it is, which core shows as retryable. What the SDK hangs on its errors (`state`: the whole conversation,
 * with instructions) stays readable, but no logger prints it.
 */
export function toStreamError(error: unknown, say: SayMessage = sayInEnglish): unknown {
  if (error instanceof Error && Object.hasOwn(error, 'state')) {
    Object.defineProperty(error, 'state', { enumerable: false })
  }
  // By its name: there may be two copies of the SDK.
  if (error instanceof Error && error.constructor.name === 'MaxTurnsExceededError') {
    return new StreamError(say('too_many_steps'), {
      allowRetry: true,
      cause: error,
    })
  }
  const status = statusOf(error)
  if (status === undefined || !HOPELESS.has(status)) return error
  return new StreamError(say('model_refused', { status }), {
    code: 'stream.error',
    allowRetry: false,
    cause: error,
  })
}

/** OpenAI's client says `status`, the AI SDK `statusCode`; either may stand on the cause of what was thrown. */
function statusOf(error: unknown): number | undefined {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { status, statusCode, cause } = at as { status?: unknown; statusCode?: unknown; cause?: unknown }
    if (typeof status === 'number') return status
    if (typeof statusCode === 'number') return statusCode
    at = cause
  }
  return undefined
}
