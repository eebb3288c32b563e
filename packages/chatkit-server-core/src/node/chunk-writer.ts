import { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'

/** Writes text into the body of a response. */
export interface ChunkWriter {
  /** False when the client does not keep up: wait for `stream` to drain. */
  write: (text: string) => boolean
  stream: Writable
}

/**
 * The cheapest way to write to a response. Where the connection is the response's own and nobody has put anything
 * in between, whole chunks of HTTP/1.1 go straight to the socket in one piece each, for less than half of what
 * `response.write` costs.
 */
export function chunkWriter(outgoing: ServerResponse): ChunkWriter {
  outgoing.flushHeaders()
  const { socket } = outgoing
  if (!socket || !outgoing.chunkedEncoding || isWrapped(outgoing)) {
    return { write: (text) => outgoing.write(text), stream: outgoing }
  }
  return { write: (text) => socket.write(chunk(text)), stream: socket }
}

// A middleware that compresses puts its own method on the response.
const isWrapped = (outgoing: ServerResponse): boolean =>
  Reflect.get(outgoing, 'write') !== Reflect.get(ServerResponse.prototype, 'write')

const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
