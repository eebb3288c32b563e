import type { ThreadStreamEvent } from '../protocol/events.ts'

type TextDelta = Extract<
  Extract<ThreadStreamEvent, { type: 'thread.item.updated' }>['update'],
  { delta: string }
>

/**
 * Makes the text of a model storable: half of a character at the end of a delta waits for its other half, and what
 * is no character at all (a NUL, a lone surrogate) is replaced. One of them would make a database refuse everything
 * that is written with it.
 */
export class TextMender {
  /** The first halves that wait, by the part of an item that they belong to. */
  readonly #halves = new Map<string, string>()

  /** The event with text that can be stored; undefined where nothing of a delta is left to send. */
  mend(event: ThreadStreamEvent): ThreadStreamEvent | undefined {
    if (event.type === 'thread.item.updated' && 'delta' in event.update) {
      const { update } = event
      // Nearly every delta: whole characters, and no half is waiting.
      if (this.#halves.size === 0 && update.delta !== '' && isWhole(update.delta)) return event
      const delta = this.#wholeCharacters(`${event.item_id} ${partOf(update)}`, update.delta)
      if (delta === '' && !('done' in update && update.done)) return undefined
      if (delta === update.delta) return event
      return { ...event, update: { ...update, delta } }
    }
    return mended(event)
  }

  #wholeCharacters(part: string, delta: string): string {
    const half = this.#halves.get(part)
    const last = delta.charCodeAt(delta.length - 1)
    const endsInHalf = last >= 0xd800 && last <= 0xdbff
    if (half === undefined && !endsInHalf) return mendedText(delta)
    const text = (half ?? '') + delta
    if (!endsInHalf) {
      this.#halves.delete(part)
      return mendedText(text)
    }
    this.#halves.set(part, text.slice(-1))
    return mendedText(text.slice(0, -1))
  }
}

const partOf = (update: TextDelta): string | number =>
  'content_index' in update ? update.content_index : update.component_id

// JSON writes both as an escape: without it there is nothing to mend.
const isStorable = (json: string): boolean => !/\\u(?:0000|d[89a-f])/i.test(json)

const isWhole = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

const mendedText = (text: string): string =>
  isWhole(text) ? text : text.toWellFormed().replaceAll('\0', '\uFFFD')

/** A value in which every text can be stored. */
export function mended<T>(value: T): T {
  return isStorable(JSON.stringify(value)) ? value : (deeplyMended(value) as T)
}

function deeplyMended(value: unknown): unknown {
  if (typeof value === 'string') return mendedText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(deeplyMended)
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [mendedText(key), deeplyMended(field)]),
  )
}
