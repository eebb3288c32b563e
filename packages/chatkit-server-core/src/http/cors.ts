/** Which pages of other sites may use the endpoint. */
export interface CorsOptions {
  /** Exact origins, `https://app.example.com`; or `*` alone for every page, which excludes `credentials`. */
  origins: string[]
  /** Whether browsers may send cookies along. Default false. */
  credentials?: boolean
}

/** What is added to the headers of a response to this `origin`; undefined where a request names none. */
export type CorsHeaders = (origin: string | null) => [name: string, value: string][]

const ALLOWED_HEADERS = 'content-type, authorization, idempotency-key, last-event-id, x-chatkit-client'
const EXPOSED_HEADERS = 'x-chatkit-run, x-request-id, retry-after'

/** Throws a `TypeError` for origins that no browser would ever send, and for `*` together with credentials. */
export function createCorsHeaders({ origins, credentials = false }: CorsOptions): CorsHeaders {
  const everybody = origins.includes('*')
  if (everybody && (credentials || origins.length > 1)) {
    throw new TypeError(
      'cors.origins: "*" stands alone and without credentials. Name the origins that may send cookies.',
    )
  }
  const allowed = new Set(everybody ? [] : origins.map(assertOrigin))

  return (origin) => {
    // Also where the origin is not allowed: a cache must not give this response to one that is.
    const headers: [string, string][] = everybody ? [] : [['vary', 'origin']]
    if (origin === null || !(everybody || allowed.has(origin))) return headers
    headers.push(
      ['access-control-allow-origin', everybody ? '*' : origin],
      ['access-control-expose-headers', EXPOSED_HEADERS],
    )
    if (credentials) headers.push(['access-control-allow-credentials', 'true'])
    return headers
  }
}

/** The answer to a browser that asks before it sends: what it may send, where its origin is allowed. */
export function preflightResponse(cors: [string, string][]): Response {
  const headers = new Headers()
  if (cors.some(([name]) => name === 'access-control-allow-origin')) {
    headers.set('access-control-allow-methods', 'POST')
    headers.set('access-control-allow-headers', ALLOWED_HEADERS)
    headers.set('access-control-max-age', '600')
  }
  return new Response(null, { status: 204, headers })
}

function assertOrigin(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin
  throw new TypeError(
    `cors.origins: "${origin}" is no origin. Give scheme, host and port only, as in https://app.example.com.`,
  )
}
