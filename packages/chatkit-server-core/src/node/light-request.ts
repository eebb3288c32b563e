import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { readDirectly, readStream, type BodyLimits, type DirectBody } from '../http/read-body.ts'
import { parsedBody, readIncoming } from './read-incoming.ts'

/**
 * A request of `node:http` as a web `Request`, of which only what is used is made: headers, URL and signal each when
 * they are first asked for. Whatever else is touched makes a whole `Request`, which is used from then on.
 *
 * It is an `instanceof Request`, but `new Request(request)` and `fetch(request)` look inside and find nothing: give
 * them `request.clone()`.
 */
export class LightRequest implements DirectBody {
  readonly #incoming: IncomingMessage
  readonly #response: ServerResponse
  #headers: Headers | undefined
  #abort: AbortController | undefined
  #whole: Request | undefined

  constructor(incoming: IncomingMessage, response: ServerResponse) {
    this.#incoming = incoming
    this.#response = response
  }

  get method(): string {
    return this.#incoming.method ?? 'GET'
  }

  get url(): string {
    return urlOf(this.#incoming)
  }

  get headers(): Headers {
    this.#headers ??= headersOf(this.#incoming)
    return this.#headers
  }

  /** Fires when the connection is lost before the response has ended. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.#response.destroyed) this.clientLeft()
    }
    return this.#abort.signal
  }

  clientLeft(): void {
    this.#abort?.abort(new DOMException('The client has left.', 'AbortError'))
  }

  [readDirectly](limits: BodyLimits): Promise<Uint8Array> {
    return this.#whole ? readStream(this.#whole.body, limits) : readIncoming(this.#incoming, limits)
  }

  /** The same request with everything that a `Request` has. */
  whole(): Request {
    const { method, url, headers, signal } = this
    const bodiless = method === 'GET' || method === 'HEAD'
    this.#whole ??= new Request(url, {
      method,
      headers,
      signal,
      ...(bodiless ? {} : { body: bodyOf(this.#incoming), duplex: 'half' }),
    })
    return this.#whole
  }
}

// The rest of a Request, whatever this version of Node gives it.
Object.setPrototypeOf(LightRequest.prototype, Request.prototype)
for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(Request.prototype))) {
  if (Object.hasOwn(LightRequest.prototype, name)) continue
  const { get, value } = property as { get?: () => unknown; value?: unknown }
  Object.defineProperty(
    LightRequest.prototype,
    name,
    get
      ? { get: delegate(get) }
      : { value: typeof value === 'function' ? delegate(value as () => unknown) : value },
  )
}

function delegate(member: (...args: unknown[]) => unknown) {
  return function (this: LightRequest, ...args: unknown[]): unknown {
    return member.apply(this.whole(), args)
  }
}

function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  return parsedBody(incoming) ?? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>)
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = rawHeaders.slice(i, i + 2)
    if (name !== undefined && value !== undefined) headers.append(name, value)
  }
  return headers
}

function urlOf(incoming: IncomingMessage & { originalUrl?: string }): string {
  // Express takes the path of a router off `url` and keeps the whole here.
  const path = incoming.originalUrl ?? incoming.url ?? '/'
  if (!path.startsWith('/') && URL.canParse(path)) return path
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http'
  const base = `${scheme}://${incoming.headers.host ?? 'localhost'}`
  return (URL.canParse(base) ? base : `${scheme}://localhost`) + (path.startsWith('/') ? path : '/')
}
