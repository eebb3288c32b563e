import type { ServerResponse } from 'node:http'
import { drained } from './drained.ts'

/** Writes a body that is no stream of an answer, and ends the response. */
export async function writeBody(
  outgoing: ServerResponse,
  body: ReadableStream<Uint8Array> | null,
  stallMs: number,
): Promise<void> {
  // The socket's own clock, which starts anew with every byte that is taken.
  outgoing.setTimeout(stallMs, () => {
    if (outgoing.writableLength > 0) outgoing.destroy()
  })
  if (!body) {
    outgoing.end()
    return
  }
  const reader = body.getReader()
  outgoing.once('close', () => void reader.cancel().catch(() => {}))
  for (;;) {
    const { done, value } = await reader.read()
    if (outgoing.destroyed) return
    if (done) break
    if (!outgoing.write(value)) await drained(outgoing)
  }
  outgoing.end()
}
