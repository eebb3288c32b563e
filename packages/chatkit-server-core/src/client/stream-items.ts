import type { ThreadStreamEvent } from '../protocol/events.ts'

/** Which items a stream has told of, and which of them it has not finished. */
export class StreamItems {
  readonly #seen = new Set<string>()
  readonly #pending = new Set<string>()

  get hasPending(): boolean {
    return this.#pending.size > 0
  }

  isSeen(id: string): boolean {
    return this.#seen.has(id)
  }

  observe(event: ThreadStreamEvent): void {
    switch (event.type) {
      case 'thread.item.added':
        this.#seen.add(event.item.id)
        this.#pending.add(event.item.id)
        break
      case 'thread.item.done':
      case 'thread.item.replaced':
        this.#seen.add(event.item.id)
        this.#pending.delete(event.item.id)
        break
      case 'thread.item.removed':
        this.#pending.delete(event.item_id)
        break
      case 'error':
        this.#pending.clear()
        break
      default:
    }
  }
}
