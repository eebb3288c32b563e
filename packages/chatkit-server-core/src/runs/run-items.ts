import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem } from '../protocol/items.ts'
import { applyUpdate } from './apply-update.ts'

/** What the events of a run have made of its thread's items. */
export class RunItems {
  /** Made by the run, in the order in which they were done, which is their place in the thread. */
  readonly #done = new Map<string, ThreadItem>()
  /** Begun and not done. */
  readonly #pending = new Map<string, ThreadItem>()
  /** Items from before the run that it has replaced. */
  readonly #replaced = new Map<string, ThreadItem>()
  readonly #removed = new Set<string>()

  observe(event: ThreadStreamEvent): void {
    switch (event.type) {
      case 'thread.item.added':
        this.#pending.set(event.item.id, event.item)
        break
      case 'thread.item.updated': {
        const item = this.#pending.get(event.item_id)
        if (item) this.#pending.set(item.id, applyUpdate(item, event.update))
        break
      }
      case 'thread.item.done':
        this.#pending.delete(event.item.id)
        this.#done.set(event.item.id, event.item)
        break
      case 'thread.item.replaced': {
        const { id } = event.item
        // What was not done is done now.
        const isMade = this.#pending.delete(id) || this.#done.has(id)
        const of = isMade ? this.#done : this.#replaced
        of.set(id, event.item)
        break
      }
      case 'thread.item.removed':
        this.#pending.delete(event.item_id)
        this.#done.delete(event.item_id)
        this.#removed.add(event.item_id)
        break
      default:
    }
  }

  /** What was done until now is in the list of items that is loaded next. */
  settle(): void {
    this.#done.clear()
    this.#replaced.clear()
    this.#removed.clear()
  }

  /** The newest part of a thread, oldest first, that was loaded when `settle` was called, as it is after the events. */
  after(stored: readonly ThreadItem[]): ThreadItem[] {
    const known = stored
      .filter(({ id }) => !this.#removed.has(id) || this.#done.has(id))
      .map((item) => this.#done.get(item.id) ?? this.#replaced.get(item.id) ?? item)
    const ids = new Set(known.map(({ id }) => id))
    const since = [...this.#done.values(), ...this.#pending.values()]
    return [...known, ...since.filter(({ id }) => !ids.has(id))]
  }
}
