import type { Attachment } from './attachments.ts'
import type { ThreadStreamEvent } from './events.ts'
import { isHidden, type ThreadItem } from './items.ts'
import type { Page } from './pages.ts'
import type { Thread, ThreadWithItems } from './threads.ts'

// Everything that a client is sent passes through this file: here hidden items and private metadata stay behind.

/** The thread as its owner may see it, with a page of its items. */
export function threadForClient(
  thread: Thread,
  items: Page<ThreadItem> = { data: [], has_more: false },
): ThreadWithItems {
  return { ...thread, metadata: {}, items: itemsForClient(items) }
}

export function threadsForClient(page: Page<Thread>): Page<ThreadWithItems> {
  return { ...page, data: page.data.map((thread) => threadForClient(thread)) }
}

/** Without the hidden items, whatever page they stand in. */
export function itemsForClient(page: Page<ThreadItem>): Page<ThreadItem> {
  return { ...page, data: page.data.filter((item) => !isHidden(item)).map(itemForClient) }
}

export function itemForClient(item: ThreadItem): ThreadItem {
  if (item.type !== 'user_message' || item.attachments.length === 0) return item
  return { ...item, attachments: item.attachments.map(attachmentForClient) }
}

export function attachmentForClient({ metadata: _private, ...attachment }: Attachment): Attachment {
  return attachment
}

/** The event as a client may see it, or undefined where it is about a hidden item. */
export function eventForClient(event: ThreadStreamEvent): ThreadStreamEvent | undefined {
  switch (event.type) {
    case 'thread.created':
    case 'thread.updated':
      return { ...event, thread: threadForClient(event.thread, event.thread.items) }
    case 'thread.item.added':
    case 'thread.item.done':
    case 'thread.item.replaced':
      return isHidden(event.item) ? undefined : { ...event, item: itemForClient(event.item) }
    case 'thread.item.updated':
    case 'thread.item.removed':
    case 'stream_options':
    case 'progress_update':
    case 'client_effect':
    case 'error':
    case 'notice':
      return event
  }
}

/** A stream of events as a client may see it: what is said later about a hidden item stays behind, too. */
export class ClientView {
  readonly #hidden = new Set<string>()

  /** The event, or undefined where it is about a hidden item. */
  of(event: ThreadStreamEvent): ThreadStreamEvent | undefined {
    switch (event.type) {
      case 'thread.item.added':
      case 'thread.item.done':
      case 'thread.item.replaced':
        if (isHidden(event.item)) this.#hidden.add(event.item.id)
        break
      case 'thread.item.updated':
      case 'thread.item.removed':
        if (this.#hidden.has(event.item_id)) return undefined
        break
      default:
    }
    return eventForClient(event)
  }
}

/** JSON as the protocol writes it: a key whose value is null or undefined is left out. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  // Most values hold no null at all: only one that may is written again, slowly.
  return json.includes(':null') ? JSON.stringify(value, withoutNulls) : json
}

function withoutNulls(this: unknown, _key: string, field: unknown): unknown {
  return field === null && !Array.isArray(this) ? undefined : field
}
