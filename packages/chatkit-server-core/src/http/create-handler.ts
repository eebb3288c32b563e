import { ChatKitError } from '../errors.ts'
import type { Reply } from '../routes/route.ts'
import type { ChatKitServer } from '../server.ts'
import { acceptedLocales } from './accepted-locales.ts'
import { assertSize } from './assert-size.ts'
import { createCorsHeaders, preflightResponse, type CorsOptions } from './cors.ts'
import { errorToResponse, toChatKitError } from './errors-to-response.ts'
import { readBody } from './read-body.ts'
import { sseBody } from './sse-body.ts'

export interface ChatKitHandlerOptions<TContext> {
  /**
   * Proves who is asking, from headers or cookies; the body is not its to read. What it returns is the `context` of
   * the request; null or undefined answers 401. Throw a `ChatKitError` (`unauthenticated`, `forbidden`) to say more.
   */
  authenticate: (request: Request) => TContext | null | undefined | Promise<TContext | null | undefined>
  /** Lets pages of other origins use the endpoint. Default: browsers keep them out. */
  cors?: CorsOptions
  /** The largest body that is read. Default 1 MiB. */
  maxBodyBytes?: number
  /** The largest body of an `input.transcribe`, where the server implements `transcribe()`. Default 10 MiB. */
  maxTranscribeBytes?: number
  /** How long a body may take to arrive. Default 10 s. */
  bodyTimeoutMs?: number
  /** After how much silence a stream sends a comment, so that proxies keep it open. Default 15 s. */
  keepAliveMs?: number
}

/** What a platform offers besides the request: the `ctx` of Workers, or `{ waitUntil }`. */
export interface Platform {
  /**
   * Keeps the process alive until the promise has settled. Without it a platform that freezes a process after its
   * response freezes the answer of a client that left.
   */
  waitUntil: (promise: Promise<unknown>) => unknown
}

/** A ChatKit endpoint in web-standard terms: it never rejects, every failure is a response. */
export interface ChatKitHandler {
  /** A second argument that is no `Platform` is ignored, so that servers may be handed this function as it is. */
  fetch: {
    (request: Request): Promise<Response>
    (request: Request, platform: Platform): Promise<Response>
  }
}

/**
 * Puts a server behind HTTP. When the client leaves (the request's signal fires, or the body is cancelled), what
 * reads the run for it is let go at once; whether the run goes on is for the server's `onDisconnect` to say.
 */
export function createChatKitHandler<TContext>(
  server: Pick<
    ChatKitServer<TContext>,
    'process' | 'implements' | 'reportError' | 'reportRefusal' | 'wordsOf'
  >,
  options: ChatKitHandlerOptions<TContext>,
): ChatKitHandler {
  const { authenticate, maxBodyBytes = 1_048_576, maxTranscribeBytes = 10_485_760 } = options
  const { bodyTimeoutMs = 10_000, keepAliveMs = 15_000 } = options
  const corsHeaders = options.cors ? createCorsHeaders(options.cors) : undefined
  const allow = corsHeaders ? 'POST, OPTIONS' : 'POST'

  /** Who is asking, and the body: everything before the protocol. */
  const read = async (request: Request): Promise<{ context: TContext; text: string }> => {
    assertMethod(request)
    assertJson(request)
    const context = await authenticate(request)
    if (context === null || context === undefined) {
      throw new ChatKitError('unauthenticated', { key: 'unauthenticated' })
    }
    const maxBytes = server.implements('transcribe')
      ? Math.max(maxBodyBytes, maxTranscribeBytes)
      : maxBodyBytes
    const body = await readBody(request, { maxBytes, timeoutMs: bodyTimeoutMs })
    assertSize(body, maxBodyBytes)
    return { context, text: body.text }
  }

  const process = async (request: Request, requestId: string, platform: unknown): Promise<Reply> => {
    const startedMs = performance.now()
    const { context, text } = await read(request).catch((error: unknown) => {
      server.reportRefusal(requestId, toChatKitError(error).code, performance.now() - startedMs)
      throw error
    })
    const { headers, signal } = request
    const idempotencyKey = headers.get('idempotency-key')
    const lastEventId = headers.get('last-event-id')
    return server.process(text, context, {
      ...(idempotencyKey ? { idempotencyKey } : {}),
      ...(lastEventId ? { lastEventId } : {}),
      locales: acceptedLocales(headers.get('accept-language')),
      clientFinishes: headers.get('x-chatkit-client') === 'stop',
      requestId,
      signal,
      // As a method: the one of Workers knows its context by `this`.
      ...(isPlatform(platform) ? { waitUntil: (promise) => platform.waitUntil(promise) } : {}),
    })
  }

  const answer = async (request: Request, requestId: string, platform: unknown): Promise<Response> => {
    try {
      const reply = await process(request, requestId, platform)
      if (reply.kind === 'json') return jsonResponse(reply.json, reply.cursor)
      const { reader } = reply
      // A client that has left already fires no more events that would let the reader go.
      if (request.signal.aborted) {
        reader.leave()
        return streamResponse(reader, null)
      }
      const onError = (error: unknown): void => server.reportError(error, { requestId, runId: reader.runId })
      return streamResponse(reader, sseBody({ reader, keepAliveMs, onError }, request.signal))
    } catch (error) {
      const refusal = toChatKitError(error)
      // What a server does not offer (501) is no fault of it.
      if (refusal.status >= 500 && refusal.code !== 'hook_not_implemented') {
        server.reportError(error, { requestId })
      }
      const locales = acceptedLocales(request.headers.get('accept-language'))
      return errorToResponse(refusal, requestId, server.wordsOf(refusal, locales))
    }
  }

  return {
    fetch: async (request: Request, platform?: unknown) => {
      const requestId = crypto.randomUUID()
      const cors = corsHeaders?.(request.headers.get('origin'))
      const response =
        cors && request.method === 'OPTIONS'
          ? preflightResponse(cors)
          : await answer(request, requestId, platform)
      response.headers.set('x-request-id', requestId)
      for (const [name, value] of cors ?? []) response.headers.set(name, value)
      if (response.status === 405) response.headers.set('allow', allow)
      return response
    },
  }
}

const isPlatform = (given: unknown): given is Platform =>
  typeof given === 'object' && given !== null && 'waitUntil' in given && typeof given.waitUntil === 'function'

function assertMethod({ method }: Request): void {
  if (method === 'POST') return
  throw new ChatKitError('method_not_allowed', { key: 'method_not_allowed', facts: { method } })
}

// Exactly this type: a form of another site can send others without asking first.
function assertJson(request: Request): void {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() === 'application/json') return
  throw new ChatKitError('unsupported_media_type', { key: 'unsupported_media_type' })
}

function jsonResponse(json: string, cursor: string | undefined): Response {
  const headers = new Headers({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  if (cursor !== undefined) headers.set('x-chatkit-run', cursor)
  return new Response(json, { headers })
}

function streamResponse(
  { runId, after }: { runId: string; after: number },
  body: ReadableStream<Uint8Array> | null,
): Response {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-chatkit-run': `${runId}:${after}`,
  }
  return new Response(body, { headers })
}
