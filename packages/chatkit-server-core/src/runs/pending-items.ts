import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { AssistantMessageItem, ThreadItem } from '../protocol/items.ts'
import { applyUpdate } from './apply-update.ts'

/** The items that were begun and are not done: what an answer that ends early has to show for itself. */
export class PendingItems {
  readonly #items = new Map<string, ThreadItem>()

  observe(event: ThreadStreamEvent): void {
    switch (event.type) {
      case 'thread.item.added':
        this.#items.set(event.item.id, event.item)
        break
      case 'thread.item.updated': {
        const item = this.#items.get(event.item_id)
        if (item) this.#items.set(item.id, applyUpdate(item, event.update))
        break
      }
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
    return [...this.#items.values()].filter(
      (item): item is AssistantMessageItem =>
        item.type === 'assistant_message' && item.content.some((part) => part.text.trim() !== ''),
    )
  }
}
