import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Attachment } from '../protocol/attachments.ts'
import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Page } from '../protocol/pages.ts'
import type { ChatKitRequestBody } from '../protocol/requests.ts'
import type { ThreadWithItems } from '../protocol/threads.ts'
import { toRequestError } from './request-error.ts'

/** What each plain operation answers with. */
interface Replies {
  'threads.get_by_id': ThreadWithItems
  'threads.list': Page<ThreadWithItems>
  'threads.update': ThreadWithItems
  'threads.delete': Record<string, never>
  'items.list': Page<ThreadItem>
  'items.feedback': Record<string, never>
  'threads.stop': { stopped: boolean }
  'threads.sync_custom_action': { updated_item?: ThreadItem }
  'attachments.create': Attachment
  'attachments.delete': Record<string, never>
  'input.transcribe': { text: string }
}

type PlainRequest = Extract<ChatKitRequestBody, { type: keyof Replies }>
type StreamRequest = Exclude<ChatKitRequestBody, PlainRequest>

export interface ChatKitClientOptions {
  url: string | URL
  /** Default: the global `fetch`, with cookies of the same origin. */
  fetch?: (url: string | URL, init: RequestInit) => Promise<Response>
  /** Asked before every request; what it gives goes into the body's `metadata`: the page, a selection. */
  metadata?: () => Record<string, unknown>
}

/** A typed client of a ChatKit server, for browsers and Node. */
export interface ChatKitClient {
  /** A plain operation. Rejects with a `ChatKitRequestError` when the server refuses. */
  send: <R extends PlainRequest>(request: R) => Promise<Replies[R['type']]>
  /**
   * An operation that answers with a stream of events. Rejects with a `ChatKitRequestError` before the first one
   * when the server refuses. Stop reading, or fire `signal`, to let the connection go.
   */
  stream: (
    request: StreamRequest,
    options?: { signal?: AbortSignal },
  ) => AsyncGenerator<ThreadStreamEvent, void, undefined>
}

export function createChatKitClient({ url, metadata, ...options }: ChatKitClientOptions): ChatKitClient {
  // Called without a receiver: a browser's own fetch refuses any other.
  const request = options.fetch ?? ((to, init) => fetch(to, init))

  const post = async (body: ChatKitRequestBody, signal?: AbortSignal): Promise<Response> => {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metadata ? { ...body, metadata: { ...metadata(), ...body.metadata } } : body),
      ...(signal ? { signal } : {}),
    })
    if (!response.ok) throw await toRequestError(response)
    return response
  }

  return {
    send: async <R extends PlainRequest>(body: R) => (await (await post(body)).json()) as Replies[R['type']],
    stream: async function* (body, { signal } = {}) {
      const response = await post(body, signal)
      if (!response.body) return
      yield* readEvents(response.body)
    },
  }
}

/** The events of a stream's body, as they come. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const text = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>
  const reader = body.pipeThrough(text).pipeThrough(new EventSourceParserStream()).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield JSON.parse(value.data) as ThreadStreamEvent
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
