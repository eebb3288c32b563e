import { ChatKitError } from '../errors.ts'

export interface BodyLimits {
  maxBytes: number
  timeoutMs: number
}

/** The method by which a request that knows its connection reads its own body; see `DirectBody`. */
export const readDirectly = Symbol('readDirectly')

/** A request whose body can be had without a web stream around it, within the same limits. */
export interface DirectBody {
  [readDirectly]: (limits: BodyLimits) => Promise<Uint8Array>
}

/**
 * The body of a request as text, with its size. Rejects with `body_too_large` as soon as one byte too many has
 * come, with `body_timeout` when the body is not whole in time, with `request_invalid` when it breaks off or is
 * not UTF-8.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<{ text: string; byteLength: number }> {
  if (Number(request.headers.get('content-length')) > limits.maxBytes) throw bodyTooLarge(limits.maxBytes)
  const bytes = isDirect(request)
    ? await request[readDirectly](limits)
    : await readStream(request.body, limits)
  return { text: decode(bytes), byteLength: bytes.byteLength }
}

const isDirect = (request: Request): request is Request & DirectBody => readDirectly in request

/** Everything in a stream of bytes, within the limits. */
export async function readStream(
  body: ReadableStream<Uint8Array> | null,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<Uint8Array> {
  if (!body) return new Uint8Array()
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(bodyTimeout(timeoutMs)), timeoutMs)
  })
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timeout])
      if (done) return concat(chunks, size)
      size += value.byteLength
      if (size > maxBytes) throw bodyTooLarge(maxBytes)
      chunks.push(value)
    }
  } catch (error) {
    void reader.cancel().catch(() => {})
    throw ChatKitError.isInstance(error) ? error : bodyBrokeOff(error)
  } finally {
    clearTimeout(timer)
  }
}

/** Chunks of a body as one piece. */
export function concat(chunks: Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (only && chunks.length === 1) return only
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ChatKitError('request_invalid', { key: 'body_not_text' }, { cause })
  }
}

export const bodyTooLarge = (maxBytes: number): ChatKitError =>
  new ChatKitError('body_too_large', { key: 'body_too_large', facts: { maxBytes } })

export const bodyTimeout = (timeoutMs: number): ChatKitError =>
  new ChatKitError('body_timeout', { key: 'body_timeout', facts: { timeoutMs } })

export const bodyBrokeOff = (cause?: unknown): ChatKitError =>
  new ChatKitError('request_invalid', { key: 'body_incomplete' }, { cause })
