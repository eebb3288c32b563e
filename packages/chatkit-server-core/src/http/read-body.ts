import { ChatKitError } from '../errors.ts'

export interface BodyLimits {
  maxBytes: number
  timeoutMs: number
}

/**
 * The body of a request as text. Rejects with `body_too_large` as soon as one byte too many has come, with
 * `body_timeout` when the body is not whole in time, with `request_invalid` when it is not UTF-8.
 */
export async function readBody(request: Request, { maxBytes, timeoutMs }: BodyLimits): Promise<string> {
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge(maxBytes)
  if (!request.body) return ''
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    const error = new ChatKitError(
      'body_timeout',
      `The request body was not whole within ${timeoutMs} ms. Send it again.`,
    )
    timer = setTimeout(() => reject(error), timeoutMs)
  })
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timeout])
      if (done) break
      size += value.byteLength
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(value)
    }
  } catch (error) {
    void reader.cancel().catch(() => {})
    throw error
  } finally {
    clearTimeout(timer)
  }
  return decode(chunks, size)
}

function decode(chunks: Uint8Array[], size: number): string {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ChatKitError('request_invalid', 'The request body is not UTF-8 text.', { cause })
  }
}

const tooLarge = (maxBytes: number): ChatKitError =>
  new ChatKitError('body_too_large', `The request body is larger than ${maxBytes} bytes.`)
