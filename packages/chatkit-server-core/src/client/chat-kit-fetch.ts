import { opensTurn } from '../protocol/opens-turn.ts'
import { Attempts } from './attempts.ts'
import { fetchAnswer, type LeftAnswer } from './fetch-answer.ts'
import { OpenedThreads } from './opened-threads.ts'
import { readPost } from './read-post.ts'

/** As the global one. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

export interface ChatKitFetchOptions {
  /**
   * Asked before every request; what it gives goes into the body's `metadata`: the page, a selection. The server must
   * not trust it.
   */
  metadata?: () => Record<string, unknown>
  /**
   * Asked when a client drops an answer that has not ended: whether to stop it. Default: where `reason` is `stop`. An
   * answer that is not stopped goes on.
   */
  shouldStop?: (left: LeftAnswer) => boolean
  /** Sends what is made of the requests. Default: the global `fetch`. */
  fetch?: Fetch
}

const OPENING_A_THREAD: ReadonlySet<string> = new Set(['threads.get_by_id', 'items.list'])

/**
 * A `fetch` for chat clients that stop an answer by dropping its connection, as the official one does: it tells a stop
 * from a tab that is hidden, a page that is left and a thread that is switched, so that only a stop ends the answer.
 * Requests that are not of the ChatKit protocol pass through as they are.
 */
export function chatKitFetch(options: ChatKitFetchOptions = {}): Fetch {
  const { metadata, shouldStop = ({ reason }) => reason === 'stop' } = options
  // Called without a receiver: a browser's own fetch refuses any other.
  const send: Fetch = options.fetch ?? ((input, init) => fetch(input, init))
  const attempts = new Attempts()
  const openedThreads = new OpenedThreads()

  return async (input, init) => {
    const post = await readPost(input, init)
    if (!post) return send(input, init)
    const { url, text, type, threadId, signal } = post
    if (threadId !== undefined && OPENING_A_THREAD.has(type)) openedThreads.note(threadId)
    const headers = new Headers(post.init.headers)
    headers.set('x-chatkit-client', 'stop')
    const toBody = (): string => (metadata ? post.withMetadata(metadata()) : text)
    const marked = { ...post.init, method: 'POST', headers }
    const opens = isOpening(type)
    if (!opens && type !== 'threads.resume') {
      return send(url, { ...marked, body: toBody(), ...(signal ? { signal } : {}) })
    }
    const attempt = opens
      ? attempts.of(`${String(url)}\n${text}`, headers.has('last-event-id'), toBody)
      : undefined
    const request = { url, init: marked, body: attempt?.body ?? toBody(), signal, threadId }
    return fetchAnswer(request, { send, shouldStop, openedThreads, attempts, attempt })
  }
}

const isOpening = (type: string): boolean => (opensTurn as ReadonlySet<string>).has(type)
