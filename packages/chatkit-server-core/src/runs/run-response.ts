import { ChatKitError } from '../errors.ts'
import type { ThreadStreamEvent } from '../protocol/events.ts'
import { threadForClient } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { TurnStore } from '../store/turn-store.ts'
import { PendingItems } from './pending-items.ts'
import { persistEvent } from './persist-event.ts'
import type { RunFeed } from './run-feed.ts'
import { ThreadWatch } from './thread-changes.ts'
import { toErrorEvent } from './to-error-event.ts'

export interface RunInput {
  /** The events of `respond()`. */
  events: AsyncIterable<ThreadStreamEvent>
  /** The object that was handed to `respond()`, watched for changes in place. */
  thread: Thread
  store: TurnStore
  feed: RunFeed
  /** Fired when the answer is over for a reason that `respond()` does not know of. */
  abort: AbortController
  onError: (error: unknown) => void
}

/**
 * Runs an answer to its end, whoever is reading: each event is stored before it is published. Never rejects; what
 * fails becomes an `error` event.
 */
export async function runResponse(input: RunInput): Promise<void> {
  const { events, thread, store, feed, abort, onError } = input
  const pending = new PendingItems()
  const watch = new ThreadWatch(thread)

  const saveThreadChanges = async (): Promise<void> => {
    const changes = watch.take()
    if (!changes) return
    const saved = await store.saveThread(thread.id, changes)
    feed.publish({ type: 'thread.updated', thread: threadForClient(saved) })
  }
  const emit = async (event: ThreadStreamEvent): Promise<void> => {
    pending.observe(event)
    await persistEvent(event, thread.id, store)
    feed.publish(event)
  }
  // What a reader has seen is kept, also where `respond()` ends without having finished it.
  const keepPartialMessages = async (): Promise<void> => {
    for (const item of pending.partialMessages()) await emit({ type: 'thread.item.done', item })
  }

  try {
    for await (const event of events) {
      await emit(event)
      await saveThreadChanges()
    }
    await keepPartialMessages()
    await saveThreadChanges()
  } catch (error) {
    abort.abort(error)
    // The thread was deleted under the answer: there is nobody left to tell.
    if (!(ChatKitError.isInstance(error) && error.code === 'thread_not_found')) {
      onError(error)
      try {
        await keepPartialMessages()
        await saveThreadChanges()
      } catch (failure) {
        onError(failure)
      }
      feed.publish(toErrorEvent(error))
    }
  } finally {
    feed.end()
  }
}
