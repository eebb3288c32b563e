import type { EventOf, ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Thread } from '../protocol/threads.ts'
import { applyUpdate } from '../runs/apply-update.ts'

/** What a client shows of a thread, built from its events alone. */
export interface ThreadState {
  thread?: Thread
  items: readonly ThreadItem[]
  /** Ids of items that were added and are not done. */
  pending: readonly string[]
  /** What the assistant says it is doing; gone with the next item. */
  progress?: Pick<EventOf<'progress_update'>, 'text' | 'icon'>
  notices: readonly Omit<EventOf<'notice'>, 'type'>[]
  error?: Omit<EventOf<'error'>, 'type'>
  allowCancel: boolean
}

export const emptyThreadState: ThreadState = { items: [], pending: [], notices: [], allowCancel: true }

/** The state after an event. Pure: gives a new object, and the old one stays as it was. */
export function applyThreadEvent(state: ThreadState, event: ThreadStreamEvent): ThreadState {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated': {
      const { items: _page, ...thread } = event.thread
      return { ...state, thread }
    }
    case 'thread.item.added':
      return withItem(state, event.item, [...state.pending, event.item.id])
    case 'thread.item.done':
    case 'thread.item.replaced':
      return withItem(state, event.item, without(state.pending, event.item.id))
    case 'thread.item.updated': {
      const items = state.items.map((item) =>
        item.id === event.item_id ? applyUpdate(item, event.update) : item,
      )
      return { ...state, items }
    }
    case 'thread.item.removed': {
      const items = state.items.filter((item) => item.id !== event.item_id)
      return { ...state, items, pending: without(state.pending, event.item_id) }
    }
    case 'stream_options':
      return { ...state, allowCancel: event.stream_options.allow_cancel }
    case 'progress_update': {
      const { type: _type, ...progress } = event
      return { ...state, progress }
    }
    case 'error': {
      const { type: _type, ...error } = event
      return { ...withoutProgress(state), error }
    }
    case 'notice': {
      const { type: _type, ...notice } = event
      return { ...state, notices: [...state.notices, notice] }
    }
    case 'client_effect':
      return state
  }
}

const without = (ids: readonly string[], id: string): string[] => ids.filter((other) => other !== id)

const withoutProgress = ({ progress: _progress, ...state }: ThreadState): ThreadState => state

/** Puts the item in its place: where its id stands already, else at the end. */
function withItem(state: ThreadState, item: ThreadItem, pending: string[]): ThreadState {
  const at = state.items.findIndex((other) => other.id === item.id)
  const items = at === -1 ? [...state.items, item] : state.items.with(at, item)
  return { ...withoutProgress(state), items, pending }
}
