/** A request of the protocol, as a client gave it to `fetch`. */
export interface ChatKitPost {
  url: string | URL
  /** Without body and signal. */
  init: Omit<RequestInit, 'body' | 'signal'>
  signal: AbortSignal | undefined
  /** As it was given. */
  text: string
  type: string
  threadId: string | undefined
  /** The body with this in its `metadata`; what stands there already wins. */
  withMetadata: (metadata: Record<string, unknown>) => string
}

interface Body {
  type: string
  params: { thread_id?: unknown }
  metadata?: object | null
}

/** Undefined for whatever else goes through the same `fetch`, such as an upload: it is none of our business. */
export async function readPost(
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<ChatKitPost | undefined> {
  const { body: given, signal, ...rest } = init
  const whole = input instanceof Request ? initOf(input) : undefined
  const method = init.method ?? whole?.method ?? 'GET'
  if (method.toUpperCase() !== 'POST') return undefined
  const text = given === undefined && input instanceof Request ? await textOf(input) : given
  const body = typeof text === 'string' ? parse(text) : undefined
  if (typeof text !== 'string' || !body) return undefined
  const { thread_id: threadId } = body.params
  return {
    url: input instanceof Request ? input.url : input,
    init: { ...whole, ...rest },
    signal: signal ?? (input instanceof Request ? input.signal : undefined),
    text,
    type: body.type,
    threadId: typeof threadId === 'string' ? threadId : undefined,
    withMetadata: (metadata) => JSON.stringify({ ...body, metadata: { ...metadata, ...body.metadata } }),
  }
}

const initOf = ({ method, headers, credentials, mode, cache, redirect }: Request) =>
  ({ method, headers, credentials, mode, cache, redirect }) satisfies RequestInit

const textOf = async (request: Request): Promise<string | undefined> =>
  request.headers.get('content-type')?.startsWith('application/json') ? request.clone().text() : undefined

function parse(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isBody(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const isBody = (value: unknown): value is Body =>
  isObject(value) &&
  'type' in value &&
  typeof value.type === 'string' &&
  'params' in value &&
  isObject(value.params)
