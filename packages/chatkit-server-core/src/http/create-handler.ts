import { ChatKitError } from '../errors.ts'
import { toJson } from '../protocol/serialize.ts'
import type { Reply } from '../routes/route.ts'
import type { ChatKitServer } from '../server.ts'
import { errorToResponse, toChatKitError } from './errors-to-response.ts'
import { readBody } from './read-body.ts'
import { sseBody } from './sse.ts'

export interface ChatKitHandlerOptions<TContext> {
  /**
   * Proves who is asking, from headers or cookies. What it returns is the `context` of the request; null or
   * undefined answers 401. Throw a `ChatKitError` (`unauthenticated`, `forbidden`) to say more.
   */
  authenticate: (request: Request) => TContext | null | undefined | Promise<TContext | null | undefined>
  /** The largest body that is read. Default 1 MiB. */
  maxBodyBytes?: number
  /** How long a body may take to arrive. Default 10 s. */
  bodyTimeoutMs?: number
  /** After how much silence a stream sends a comment, so that proxies keep it open. Default 15 s. */
  keepAliveMs?: number
}

/** A ChatKit endpoint in web-standard terms: it never rejects, every failure is a response. */
export interface ChatKitHandler {
  fetch: (request: Request) => Promise<Response>
}

export function createChatKitHandler<TContext>(
  server: ChatKitServer<TContext>,
  options: ChatKitHandlerOptions<TContext>,
): ChatKitHandler {
  const { authenticate, maxBodyBytes = 1_048_576, bodyTimeoutMs = 10_000, keepAliveMs = 15_000 } = options

  const answer = async (request: Request, requestId: string): Promise<Response> => {
    if (request.method !== 'POST') {
      throw new ChatKitError('method_not_allowed', `This endpoint takes POST only, not ${request.method}.`)
    }
    const context = await authenticate(request)
    if (context === null || context === undefined) {
      throw new ChatKitError('unauthenticated', 'Sign in first: the request carries no valid session.')
    }
    assertJson(request)
    const body = await readBody(request, { maxBytes: maxBodyBytes, timeoutMs: bodyTimeoutMs })
    return toResponse(await server.process(body, context), requestId, keepAliveMs)
  }

  return {
    fetch: async (request) => {
      const requestId = crypto.randomUUID()
      try {
        return await answer(request, requestId)
      } catch (error) {
        const refusal = toChatKitError(error)
        if (refusal.status >= 500) server.reportError(error, { requestId })
        return errorToResponse(refusal, requestId)
      }
    },
  }
}

// Exactly this type: a form of another site can send others without asking first.
function assertJson(request: Request): void {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() === 'application/json') return
  throw new ChatKitError('unsupported_media_type', 'The content-type must be application/json.')
}

function toResponse(reply: Reply, requestId: string, keepAliveMs: number): Response {
  if (reply.kind === 'json') {
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': requestId,
    }
    return new Response(toJson(reply.value), { headers })
  }
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-chatkit-run': `${reply.reader.runId}:0`,
    'x-request-id': requestId,
  }
  return new Response(sseBody(reply.reader, keepAliveMs), { headers })
}
