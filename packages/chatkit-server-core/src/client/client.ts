import type { ThreadStreamEvent } from '../protocol/events.ts'
import { followStream } from './follow-stream.ts'
import { loadThread, type Ask, type LoadedThread } from './load-thread.ts'
import { newKey } from './new-key.ts'
import { ChatKitRequestError, toRequestError } from './request-error.ts'
import type { PlainRequest, Replies, StreamRequest } from './requests.ts'
import { stopRun } from './stop-run.ts'

export interface ChatKitClientOptions {
  url: string | URL
  /** Default: the global `fetch`, with cookies of the same origin. */
  fetch?: (url: string | URL, init: RequestInit) => Promise<Response>
  /** Asked before every request; what it gives goes into the body's `metadata`: the page, a selection. */
  metadata?: () => Record<string, unknown>
  /** Whether streams that are cut are resumed. Default true. */
  resume?: boolean
}

export interface StreamRequestOptions {
  /** Fires to let the connection go. The answer goes on; `stop()` stops it. */
  signal?: AbortSignal
  /**
   * For a turn that may have been opened before: under the key of a request that got no answer, the same message is
   * never sent twice. Default: a new key for each stream.
   */
  idempotencyKey?: string
}

/** The events of an answer. Leaving the loop lets the connection go and the answer go on. */
export interface ChatKitStream extends AsyncGenerator<ThreadStreamEvent, void, undefined> {
  /** Under which the request can be sent once more when it got no answer; undefined where it opens no turn. */
  readonly idempotencyKey: string | undefined
  /**
   * Stops the answer, also before its first event. Resolves with whether there was something to stop. The stream then
   * comes to its end by itself, with the words that were kept.
   */
  stop: () => Promise<boolean>
}

/** A typed client of a ChatKit server, for browsers and Node. */
export interface ChatKitClient {
  /** A plain operation. Rejects with a `ChatKitRequestError` when the server refuses. */
  send: <R extends PlainRequest>(
    request: R,
    options?: { signal?: AbortSignal },
  ) => Promise<Replies[R['type']]>
  /**
   * An operation that answers with a stream of events. Rejects with a `ChatKitRequestError` before the first one when
   * the server refuses. A stream that is cut is resumed: in a moment, then after longer and longer pauses, for about a
   * minute without an event; a browser without a network waits for it. Where the server has forgotten the run, what it
   * kept of it comes as items that are done.
   */
  stream: (request: StreamRequest, options?: StreamRequestOptions) => ChatKitStream
  /** A thread with all of its items, and where to resume the answer that is being written in it. */
  loadThread: (threadId: string) => Promise<LoadedThread>
}

export function createChatKitClient(options: ChatKitClientOptions): ChatKitClient {
  const { url, metadata, resume = true } = options
  // Called without a receiver: a browser's own fetch refuses any other.
  const request = options.fetch ?? ((to, init) => fetch(to, init))
  /** Bodies whose keys were given by the caller and that got no answer: under its key no other may be sent. */
  const unanswered = new Map<string, string>()

  const toBody = (body: PlainRequest | StreamRequest): string =>
    JSON.stringify(metadata ? { ...body, metadata: { ...metadata(), ...body.metadata } } : body)

  const post = async (body: string, signal: AbortSignal | undefined, key?: string): Promise<Response> => {
    const response = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-chatkit-client': 'stop',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body,
      ...(signal ? { signal } : {}),
    })
    if (!response.ok) throw await toRequestError(response)
    return response
  }

  const ask = async <R extends PlainRequest>(body: R, signal?: AbortSignal) => {
    const response = await post(toBody(body), signal)
    const reply = (await response.json()) as Replies[R['type']]
    return { reply, cursor: response.headers.get('x-chatkit-run') ?? undefined }
  }

  const send: ChatKitClient['send'] = async (body, { signal } = {}) => (await ask(body, signal)).reply

  const stream: ChatKitClient['stream'] = (asked, { signal, idempotencyKey } = {}) => {
    const key = asked.type === 'threads.resume' ? undefined : (idempotencyKey ?? newKey())
    let body: string | undefined
    let opening: Promise<unknown> | undefined
    let stopped = false

    const connect = async (next: StreamRequest): Promise<ReadableStream<Uint8Array> | null> => {
      if (next !== asked || key === undefined) return (await post(toBody(next), signal)).body
      // The same request to the letter, whatever the page shows by now: the key stands for this body.
      body ??= unanswered.get(key) ?? toBody(asked)
      if (idempotencyKey !== undefined) unanswered.set(key, body)
      const posted = post(body, signal, key)
      opening = posted
      const response = await posted.catch((error: unknown) => {
        if (error instanceof ChatKitRequestError) unanswered.delete(key)
        throw error
      })
      opening = undefined
      unanswered.delete(key)
      return response.body
    }
    const askToStop = async (): Promise<boolean> => {
      // The key names this answer alone; in its thread another one may have begun meanwhile.
      const params =
        asked.type === 'threads.resume'
          ? { thread_id: asked.params.thread_id }
          : { idempotency_key: key ?? null }
      return (await send({ type: 'threads.stop', params })).stopped
    }
    const stop = async (): Promise<boolean> => {
      stopped = true
      const isSent = key === undefined || body !== undefined
      return isSent && stopRun(askToStop, opening)
    }
    const isStopped = (): boolean => stopped
    const events = followStream({ request: asked, connect, client: { send }, resume, signal, isStopped })
    return Object.assign(events, { stop, idempotencyKey: key })
  }

  const askPlainly: Ask = (body) => ask(body)
  return { send, stream, loadThread: (threadId) => loadThread(askPlainly, threadId) }
}
