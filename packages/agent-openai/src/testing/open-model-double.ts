import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ModelReply } from './model-reply.ts'
import { nowMs, type ReceivedRequest, type RequestEnd } from './received-request.ts'
import { sendReply } from './send-reply.ts'

/** Replies in the order of the requests, or a function that answers each of them. */
export type ModelScript =
  | readonly ModelReply[]
  | ((request: ReceivedRequest) => ModelReply | Promise<ModelReply>)

export interface ModelDoubleOptions {
  /**
   * What requests are answered with. When a list is over, requests are refused with status 500 and
   * `x-should-retry: false`. Default: an empty list.
   */
  script?: ModelScript
  /** Default: a free one. */
  port?: number
}

/** A model's API on this machine. */
export interface ModelDouble extends AsyncDisposable {
  /** For `baseURL` of OpenAI's client or the SDK's `OpenAIProvider`; any API key will do. */
  readonly baseUrl: string
  /** What was received so far, in the order of arrival. */
  readonly requests: readonly ReceivedRequest[]
  /** Adds to the end of a script that is a list. */
  readonly enqueue: (...replies: ModelReply[]) => void
  /** Resolves as soon as so many requests have been received, with the last of them. */
  readonly received: (count: number) => Promise<ReceivedRequest>
  /** Closes every connection, also one that is being answered, and the port. */
  readonly close: () => Promise<void>
}

/**
 * Opens a double of the Responses and the Chat Completions API over HTTP, streaming and not, which answers from a
 * script, so that the real client and the real SDK run in a test without a network or a key:
 *
 * ```ts
 * await using model = await openModelDouble({ script: ['Hello there'] })
 * const modelProvider = new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl })
 * ```
 *
 * The client sends a request again after 429, 500 and a lost connection before the first byte, which takes
 * another reply from the script: set `maxRetries: 0` where that is not wanted.
 */
export async function openModelDouble({
  script = [],
  port = 0,
}: ModelDoubleOptions = {}): Promise<ModelDouble> {
  const requests: ReceivedRequest[] = []
  const waiting: { count: number; resolve: (request: ReceivedRequest) => void }[] = []
  const open = new Map<ServerResponse, () => void>()
  const list: ModelReply[] = typeof script === 'function' ? [] : [...script]
  const replyTo = async (request: ReceivedRequest): Promise<ModelReply> =>
    typeof script === 'function' ? script(request) : (list.shift() ?? SCRIPT_IS_OVER)

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const bytes = await bytesOf(incoming)
    const { request, tearDown } = exchange(incoming, bytes, response, requests.length + 1)
    requests.push(request)
    open.set(response, tearDown)
    response.once('close', () => open.delete(response))
    for (const one of waiting) if (one.count === request.ordinal) one.resolve(request)
    await sendReply(response, request, await replyTo(request), tearDown)
  }
  const server = createServer((incoming, response) => {
    // A script that throws and a client that leaves while it speaks both end in a closed connection.
    answer(incoming, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })

  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    for (const tearDown of open.values()) tearDown()
    server.closeAllConnections()
    await closed
  }
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    enqueue: (...replies) => void list.push(...replies),
    received: (count) => {
      const request = requests[count - 1]
      return request
        ? Promise.resolve(request)
        : new Promise((resolve) => {
            waiting.push({ count, resolve })
          })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const SCRIPT_IS_OVER: ModelReply = {
  status: 500,
  headers: { 'x-should-retry': 'false' },
  body: {
    error: {
      message: 'The script of the model double is over.',
      type: 'script_over',
      code: null,
      param: null,
    },
  },
}

async function bytesOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** What was received, and how the double breaks off its answer to it. */
function exchange(
  incoming: IncomingMessage,
  bytes: Uint8Array,
  response: ServerResponse,
  ordinal: number,
): { request: ReceivedRequest; tearDown: () => void } {
  const path = (incoming.url ?? '/').replace(/\?.*/, '')
  let end: RequestEnd | undefined
  let isCut = false
  const ended = new Promise<RequestEnd>((resolve) => {
    response.once('close', () => {
      end = { how: isCut ? 'cut' : response.writableFinished ? 'answered' : 'aborted', atMs: nowMs() }
      resolve(end)
    })
  })
  const request: ReceivedRequest = {
    ordinal,
    api: apiOf(path),
    path,
    headers: incoming.headers,
    body: jsonOf(bytes),
    bytes,
    receivedAtMs: nowMs(),
    get end() {
      return end
    },
    ended,
  }
  const tearDown = (): void => {
    isCut = true
    response.destroy()
  }
  return { request, tearDown }
}

function apiOf(path: string): ReceivedRequest['api'] {
  if (path.endsWith('/responses')) return 'responses'
  return path.endsWith('/chat/completions') ? 'chat-completions' : 'other'
}

function jsonOf(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
  } catch {
    return {}
  }
}
