import type { IncomingHttpHeaders } from 'node:http'

/** How an exchange came to its end: everything was sent, the double tore it down, or the client closed it. */
export interface RequestEnd {
  readonly how: 'answered' | 'cut' | 'aborted'
  /** Milliseconds since 1970, with fractions, so that another process on this machine can reckon with it. */
  readonly atMs: number
}

/** What a client sent. */
export interface ReceivedRequest {
  /** From 1, in the order of arrival. */
  readonly ordinal: number
  /** By the path of the request; `other` for anything else (`StatusReply` can answer it). */
  readonly api: 'responses' | 'chat-completions' | 'other'
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The body's JSON; empty where it is none. */
  readonly body: Record<string, unknown>
  readonly bytes: Uint8Array
  readonly receivedAtMs: number
  /** Undefined while the exchange goes on. */
  readonly end: RequestEnd | undefined
  /** Resolves with `end`. Never rejects. */
  readonly ended: Promise<RequestEnd>
}

/** As `performance.now()`, but since 1970. */
export const nowMs = (): number => performance.timeOrigin + performance.now()
