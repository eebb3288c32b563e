import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ChatKitClient } from './client.ts'
import { isOffline, pause } from './pause.ts'
import { readEvents } from './read-events.ts'
import { recoverItems } from './recover-items.ts'
import { ChatKitRequestError, isPassing } from './request-error.ts'
import type { StreamRequest } from './requests.ts'
import { StreamItems } from './stream-items.ts'

export interface StreamPlan {
  request: StreamRequest
  /** Posts a request of this stream; resolves with the body of an answer that is a stream. */
  connect: (request: StreamRequest) => Promise<ReadableStream<Uint8Array> | null>
  client: Pick<ChatKitClient, 'send'>
  resume: boolean
  signal: AbortSignal | undefined
  /** Whether the user has stopped the answer. */
  isStopped: () => boolean
}

/** How often an opening is sent, and how often in a row a resume: about one second, and about a minute. */
const OPENINGS = 3
const RESUMES = 10

/**
 * The events of a request, over as many connections as it takes. What opens a turn is sent again with its key until it
 * was answered, then the run is resumed behind the last event that came.
 */
export async function* followStream(plan: StreamPlan): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const { request, connect, client, signal } = plan
  const items = new StreamItems()
  let threadId = 'thread_id' in request.params ? request.params.thread_id : undefined
  let lastEventId = request.type === 'threads.resume' ? (request.params.after ?? undefined) : undefined
  let failures = 0
  let hasCome = false

  // Until the first event came there is nothing to go on behind, and the request itself is what is sent again.
  const next = (): StreamRequest =>
    hasCome && threadId !== undefined && lastEventId !== undefined
      ? { type: 'threads.resume', params: { thread_id: threadId, after: lastEventId } }
      : request

  for (;;) {
    // What was not begun is not begun any more.
    if (!hasCome && plan.isStopped()) return
    try {
      const body = await connect(next())
      let moved = false
      for await (const { id, event } of body ? readEvents(body) : []) {
        moved = true
        hasCome = true
        failures = 0
        lastEventId = id ?? lastEventId
        if (event.type === 'thread.created') threadId = event.thread.id
        items.observe(event)
        yield event
      }
      // Some proxies end what they cut as if it were whole. Asked for the rest, a run that is over has none.
      if (!plan.resume || !moved || !items.hasPending) return
    } catch (error) {
      signal?.throwIfAborted()
      if (hasCome && threadId !== undefined && isGone(error)) {
        yield* recoverItems(client, threadId, items)
        return
      }
      failures += 1
      const most = hasCome ? RESUMES : OPENINGS
      const mayRepeat = hasCome || (!(error instanceof ChatKitRequestError) && !isOffline())
      if (!plan.resume || !mayRepeat || !isPassing(error) || failures >= most) throw error
      await pause(failures, signal)
    }
  }
}

const isGone = (error: unknown): boolean => error instanceof ChatKitRequestError && error.code === 'run_gone'
