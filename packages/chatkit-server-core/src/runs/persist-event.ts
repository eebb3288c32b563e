import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { TurnStore } from '../store/turn-store.ts'

/** Stores what an event means. Called before the event is published: what a reader has seen is stored. */
export async function persistEvent(
  event: ThreadStreamEvent,
  threadId: string,
  store: Pick<TurnStore, 'saveItem' | 'deleteItem'>,
): Promise<void> {
  switch (event.type) {
    case 'thread.item.done':
    case 'thread.item.replaced':
      return store.saveItem(threadId, event.item)
    case 'thread.item.removed':
      return store.deleteItem(threadId, event.item_id)
    case 'thread.created':
    case 'thread.updated':
    case 'thread.item.added':
    case 'thread.item.updated':
    case 'stream_options':
    case 'progress_update':
    case 'client_effect':
    case 'error':
    case 'notice':
      return undefined
  }
}
