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
        this.#pending.delete(id)
        const of = this.#done.has(id) ? this.#done : this.#replaced
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

  /**
   * The newest part of a thread, oldest first, as it is after the events. `stored` was loaded before the events were:
   * what was done since then stands behind its newest item, or behind `newestId` where it is empty.
   */
  after(stored: readonly ThreadItem[], newestId = stored.at(-1)?.id): ThreadItem[] {
    const known = stored
      .filter(({ id }) => !this.#removed.has(id) || this.#done.has(id))
      .map((item) => this.#done.get(item.id) ?? this.#replaced.get(item.id) ?? item)
    const ids = new Set(known.map(({ id }) => id))
    const done = [...this.#done.values()]
    const since = done.slice(done.findIndex(({ id }) => id === newestId) + 1)
    return [...known, ...[...since, ...this.#pending.values()].filter(({ id }) => !ids.has(id))]
  }
}
