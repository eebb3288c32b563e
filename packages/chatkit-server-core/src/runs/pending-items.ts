import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ItemUpdate } from '../protocol/item-updates.ts'
import type { AssistantMessageItem, ThreadItem } from '../protocol/items.ts'
import { applyUpdate } from './apply-update.ts'

interface Pending {
  item: ThreadItem
  /** Applied when somebody asks, which is seldom: there are many of them. */
  updates: ItemUpdate[]
}

/** The items that were begun and are not done: what an answer that ends early has to show for itself. */
export class PendingItems {
  readonly #items = new Map<string, Pending>()

  observe(event: ThreadStreamEvent): void {
    switch (event.type) {
      case 'thread.item.added':
        this.#items.set(event.item.id, { item: event.item, updates: [] })
        break
      case 'thread.item.updated':
        this.#items.get(event.item_id)?.updates.push(event.update)
        break
      case 'thread.item.done':
      case 'thread.item.replaced':
        this.#items.delete(event.item.id)
        break
      case 'thread.item.removed':
        this.#items.delete(event.item_id)
        break
      default:
    }
  }

  /** Messages of the assistant that have words in them, in the order in which they began. */
  partialMessages(): AssistantMessageItem[] {
    return [...this.#items.values()]
      .map(({ item, updates }) => updates.reduce(applyUpdate, item))
      .filter(
        (item): item is AssistantMessageItem =>
          item.type === 'assistant_message' && item.content.some((part) => part.text.trim() !== ''),
      )
  }
}
