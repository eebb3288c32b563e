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
  /** What stood behind a message that is being answered again: it comes back where the new answer makes nothing. */
  setAside?: { readonly behind: string; readonly items: readonly ThreadItem[] }
}

export const emptyThreadState: ThreadState = { items: [], pending: [], notices: [], allowCancel: true }

/**
 * The state after an event. Pure: gives a new object, and the old one stays as it was. Items stand in the order in which
 * the server keeps them: those that are done, and behind them those that are not.
 */
export function applyThreadEvent(state: ThreadState, event: ThreadStreamEvent): ThreadState {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated': {
      const { items: _page, ...thread } = event.thread
      return { ...state, thread }
    }
    case 'thread.item.added': {
      const { id } = event.item
      return withItem(state, event.item, [...without(state.pending, id), id])
    }
    case 'thread.item.done':
    case 'thread.item.replaced':
      return withDone(state, event.item)
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
      // Whatever has words was told as done before: nothing else of the answer is kept.
      return { ...withoutProgress(keeping(state, () => false)), error }
    }
    case 'notice': {
      const { type: _type, ...notice } = event
      return { ...state, notices: [...state.notices, notice] }
    }
    case 'client_effect':
      return state
  }
}

/**
 * The state when a stream has come to its end, whether by itself or by a stop: messages keep the words that they have,
 * and whatever else was not done is gone. Not for a stream that was cut and is resumed.
 */
export function endThreadStream(state: ThreadState): ThreadState {
  const { setAside, ...ended } = withoutProgress(keeping(state, hasWords))
  const isEmpty = setAside && ended.items.at(-1)?.id === setAside.behind
  return isEmpty ? { ...ended, items: [...ended.items, ...setAside.items] } : ended
}

/** The state when another answer to a message is asked for (`threads.retry_after_item`): what stands behind it goes. */
export function retryThreadItem(state: ThreadState, itemId: string): ThreadState {
  const at = state.items.findIndex(({ id }) => id === itemId)
  if (at === -1) return state
  const { error: _error, ...rest } = withoutProgress(state)
  const setAside = { behind: itemId, items: state.items.slice(at + 1) }
  return { ...rest, items: state.items.slice(0, at + 1), pending: [], setAside }
}

const hasWords = (item: ThreadItem): boolean =>
  item.type === 'assistant_message' && item.content.some((part) => part.text.trim() !== '')

/** Without the pending items that `keep` does not want; the others are done. */
function keeping(state: ThreadState, keep: (item: ThreadItem) => boolean): ThreadState {
  const items = state.items.filter((item) => !state.pending.includes(item.id) || keep(item))
  return { ...state, items, pending: [] }
}

const without = (ids: readonly string[], id: string): string[] => ids.filter((other) => other !== id)

const withoutProgress = ({ progress: _progress, ...state }: ThreadState): ThreadState => state

/** Puts the item in its place: where its id stands already, else at the end. */
function withItem(state: ThreadState, item: ThreadItem, pending: string[]): ThreadState {
  const at = state.items.findIndex((other) => other.id === item.id)
  const items = at === -1 ? [...state.items, item] : state.items.with(at, item)
  return { ...withoutProgress(state), items, pending }
}

/** An item that was not done until now comes before everything that is not done yet. */
function withDone(state: ThreadState, item: ThreadItem): ThreadState {
  const pending = without(state.pending, item.id)
  const isNew = pending.length < state.pending.length || !state.items.some(({ id }) => id === item.id)
  if (!isNew) return withItem(state, item, pending)
  const others = state.items.filter(({ id }) => id !== item.id)
  const firstPending = others.findIndex(({ id }) => pending.includes(id))
  const items = others.toSpliced(firstPending === -1 ? others.length : firstPending, 0, item)
  return { ...withoutProgress(state), items, pending }
}
