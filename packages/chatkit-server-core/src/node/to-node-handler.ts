import type { IncomingMessage, ServerResponse } from 'node:http'
import { STALL_MS, takeSseSource } from '../http/sse-body.ts'
import { LightRequest } from './light-request.ts'
import { writeBody } from './write-body.ts'
import { writeSse } from './write-sse.ts'

/** Anything that answers web requests: a ChatKit handler, or an application around it. */
export interface FetchHandler {
  fetch: (request: Request) => Response | Promise<Response>
}

export interface NodeHandlerOptions {
  /** How long a client may take nothing of what is sent before its connection is closed. Default 60 s. */
  stallMs?: number
}

/** A request listener of `node:http`; Express takes it as a handler, Fastify with `request.raw` and `reply.raw`. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/** After a response, how long the rest of a body that was refused may still come before the connection is closed. */
const LINGER_MS = 1000

/**
 * Serves a web handler with `node:http`. Streams of answers are written to the connection directly, no faster than
 * the client takes them; a client that leaves, or takes nothing for `stallMs`, lets its run's reader go at once.
 *
 * A body that a middleware has parsed already (`request.body`) is used as it is; in Fastify, hijack the reply and let
 * a content type parser leave `application/json` alone.
 */
export function toNodeHandler(
  handler: FetchHandler,
  { stallMs = STALL_MS }: NodeHandlerOptions = {},
): NodeHandler {
  return (incoming, outgoing) => {
    outgoing.on('error', ignore)
    serve(handler, incoming, outgoing, stallMs).catch((error: unknown) => {
      console.error('toNodeHandler: the handler failed.', error)
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500).end()
    })
  }
}

async function serve(
  handler: FetchHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  stallMs: number,
): Promise<void> {
  const request = new LightRequest(incoming, outgoing)
  const onClose = (): void => request.clientLeft()
  outgoing.once('close', onClose)
  const response = await handler.fetch(request as unknown as Request)
  if (outgoing.destroyed) {
    await response.body?.cancel()
    return
  }
  outgoing.writeHead(response.status, rawHeaders(response.headers))
  if (!incoming.complete) outgoing.once('finish', () => discardRest(incoming))
  const source = takeSseSource(response.body)
  if (source) {
    // From here on nothing but the reader hangs on the connection: ten thousand of them wait at once.
    outgoing.off('close', onClose)
    writeSse(outgoing, source, stallMs)
  } else await writeBody(outgoing, response.body, stallMs)
}

// In this form they are written and not kept.
const rawHeaders = (headers: Headers): string[] => [...headers].flat()

// Errors of the connection: whoever writes to it learns of them by `close`.
const ignore = (): void => {}

/** A client that still sends must first be able to read why it was refused. */
function discardRest(incoming: IncomingMessage): void {
  if (incoming.complete || incoming.destroyed) return
  const timer = setTimeout(() => incoming.destroy(), LINGER_MS)
  incoming.once('close', () => clearTimeout(timer))
  incoming.once('end', () => clearTimeout(timer))
  incoming.resume()
}
