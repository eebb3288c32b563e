import type { IncomingMessage } from 'node:http'
import { ChatKitError } from '../errors.ts'
import { bodyBrokeOff, bodyTimeout, bodyTooLarge, concat, type BodyLimits } from '../http/read-body.ts'

/** The body of a request, or what a middleware has made of it; within the limits, as `readBody` promises. */
export async function readIncoming(
  incoming: IncomingMessage,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<Uint8Array> {
  const parsed = parsedBody(incoming)
  if (parsed) {
    if (parsed.byteLength > maxBytes) throw bodyTooLarge(maxBytes)
    return parsed
  }
  if (incoming.destroyed && !incoming.readableEnded) throw bodyBrokeOff()
  if (incoming.readableEnded) return new Uint8Array()

  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const settle = (error?: ChatKitError): void => {
      clearTimeout(timer)
      // Without its listener the rest of the body flows on and is thrown away.
      incoming.off('data', onData).off('end', onEnd).off('close', onClose)
      if (error) reject(error)
      else resolve(concat(chunks, size))
    }
    const onData = (chunk: Uint8Array): void => {
      size += chunk.byteLength
      if (size > maxBytes) settle(bodyTooLarge(maxBytes))
      else chunks.push(chunk)
    }
    const onEnd = (): void => settle()
    const onClose = (): void => settle(bodyBrokeOff())
    const timer = setTimeout(() => settle(bodyTimeout(timeoutMs)), timeoutMs)
    incoming.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

/** What Express or its like has read and parsed, as the bytes that it was; undefined where nobody has read. */
export function parsedBody(
  incoming: IncomingMessage & { body?: unknown },
): Uint8Array<ArrayBuffer> | undefined {
  // Some parsers leave an empty object on bodies that they did not touch.
  if (!incoming.readableDidRead || incoming.body === undefined) return undefined
  const { body } = incoming
  if (body instanceof Uint8Array) return new Uint8Array(body)
  return new TextEncoder().encode(typeof body === 'string' ? body : stringify(body))
}

function stringify(body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    // Parsing knows no depth, writing does.
    throw new ChatKitError('request_invalid', { key: 'body_too_deep' }, { cause })
  }
}
