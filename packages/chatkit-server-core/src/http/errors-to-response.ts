import { ChatKitError } from '../errors.ts'

/** The response to a request that was refused. Its headers and body say nothing of stack, path or version. */
export function errorToResponse(error: ChatKitError, requestId: string, message: string): Response {
  const { code, status, issues, runId, retryAfterSeconds } = error
  const body = {
    error: {
      code,
      message,
      ...(issues ? { issues } : {}),
      ...(runId === undefined ? {} : { run_id: runId }),
      ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
      request_id: requestId,
    },
    // Again outside: the official client shows this one.
    message,
  }
  const headers = new Headers({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  // Whole seconds: the header knows no others.
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(Math.ceil(retryAfterSeconds)))
  return new Response(JSON.stringify(body), { status, headers })
}

/** The error as the protocol knows it: anything unexpected becomes `internal`, without its words. */
export function toChatKitError(error: unknown): ChatKitError {
  if (ChatKitError.isInstance(error)) return error
  return new ChatKitError('internal', { key: 'internal' }, { cause: error })
}
