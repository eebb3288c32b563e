import type { Attempt, Attempts } from './attempts.ts'
import type { Fetch } from './chat-kit-fetch.ts'
import { observeBody } from './observe-body.ts'
import type { OpenedThreads } from './opened-threads.ts'
import { watchPage, type PageWatch } from './page-watch.ts'
import { toRequestError } from './request-error.ts'
import { stopRun } from './stop-run.ts'

/** An answer that its client dropped before its end. */
export interface LeftAnswer {
  /**
   * `hidden`: the page is hidden or being left. `switch`: another thread was opened at the same moment. `stop`:
   * neither, so it was the Stop button.
   */
  reason: 'stop' | 'hidden' | 'switch'
  /** Absent before the server has told the id of a new thread. */
  threadId: string | undefined
}

interface AnswerRequest {
  url: string | URL
  init: RequestInit & { headers: Headers }
  body: string
  signal: AbortSignal | undefined
  threadId: string | undefined
}

interface AnswerOptions {
  send: Fetch
  shouldStop: (left: LeftAnswer) => boolean
  openedThreads: OpenedThreads
  attempts: Attempts
  /** Absent where the request opens no turn. */
  attempt: Attempt | undefined
}

/** How far apart a switch of threads and the end of the older answer may be. */
const SWITCH_MS = 250

/** Posts a request that is answered by a stream, and finds out what its end means. */
export async function fetchAnswer(request: AnswerRequest, options: AnswerOptions): Promise<Response> {
  const { url, init, body, signal } = request
  const { send, shouldStop, openedThreads, attempts, attempt } = options
  signal?.throwIfAborted()
  const page = watchPage()
  const connection = new AbortController()
  const left = Promise.withResolvers<never>()
  let { threadId } = request
  let fail = left.reject
  let isOver = false

  const finish = (): void => {
    isOver = true
    signal?.removeEventListener('abort', onAbort)
  }
  const end = (): void => {
    finish()
    page.close()
    attempts.end(attempt)
  }
  const cut = (): void => {
    finish()
    page.close()
    if (attempt) attempt.isLeft = true
  }
  const leave = async (why: unknown): Promise<void> => {
    if (isOver) return
    finish()
    fail(why)
    if (isAnswered) connection.abort(why)
    if (!page.isLeaving()) attempts.end(attempt)
    else if (attempt) attempt.isLeft = true
    const reason = await findReason(page, openedThreads, () => threadId)
    page.close()
    if (shouldStop({ reason, threadId })) await stopRun(askToStop, isAnswered ? undefined : answered)
    // A message that was sent and has not arrived yet is still to arrive, unless its client will post it again.
    else if (reason !== 'hidden') await answered
    connection.abort(why)
  }
  const onAbort = (): void => {
    // Whoever pressed Stop has gone on: a stop that the server refuses leaves the answer as it is.
    leave(signal?.reason).catch(() => connection.abort())
  }
  const askToStop = async (): Promise<boolean> => {
    if (!attempt && threadId === undefined) return false
    const headers = new Headers(init.headers)
    headers.set('accept', 'application/json')
    headers.delete('last-event-id')
    // The key names this answer alone; in its thread another one may have begun meanwhile.
    const params = attempt ? { idempotency_key: attempt.key } : { thread_id: threadId }
    const stop = JSON.stringify({ type: 'threads.stop', params })
    const response = await send(url, { ...init, headers, keepalive: true, body: stop })
    if (!response.ok) throw await toRequestError(response)
    return ((await response.json()) as { stopped: boolean }).stopped
  }

  const headers = new Headers(init.headers)
  if (attempt) headers.set('idempotency-key', attempt.key)
  let isAnswered = false
  const answered = send(url, { ...init, headers, body, signal: connection.signal }).finally(() => {
    isAnswered = true
  })
  signal?.addEventListener('abort', onAbort)
  left.promise.catch(() => {})
  const response = await Promise.race([answered, left.promise]).catch((error: unknown) => {
    if (!isOver) cut()
    throw error
  })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (!response.ok || !response.body || !isStream) {
    // Of a server that is not well nothing was kept: the same request is expected again.
    if (response.status >= 500) cut()
    else end()
    return response
  }
  const observed = observeBody(response.body, {
    onEvent: (event) => {
      if (attempt) attempt.hasEvents = true
      if (event.type === 'thread.created') threadId = event.thread.id
    },
    onEnd: end,
    onCut: cut,
    onLeave: (why) => void leave(why).catch(() => connection.abort()),
  })
  fail = observed.fail
  return new Response(observed.body, response)
}

async function findReason(
  page: PageWatch,
  openedThreads: OpenedThreads,
  threadId: () => string | undefined,
): Promise<LeftAnswer['reason']> {
  if (page.isLeaving()) return 'hidden'
  const leftMs = performance.now()
  await new Promise((resolve) => setTimeout(resolve, SWITCH_MS))
  if (page.isLeaving()) return 'hidden'
  return openedThreads.hasOther(threadId(), leftMs - SWITCH_MS) ? 'switch' : 'stop'
}
