import type {
  AssistantContent,
  AssistantMessageItem,
  ItemUpdate,
  ThreadStreamEvent,
} from '@robolearn/chatkit-server-core'
import { CitedPart, type CitedPiece, type SourceOf } from './cited-part.ts'

/** Turns the marks in a stream of events into annotations; an event in, the events that take its place out. */
export class EventCiter {
  readonly #sourceOf: SourceOf
  /** The messages that are being streamed, by item id, and their texts by content index. */
  readonly #messages = new Map<string, Map<number, CitedPart>>()

  constructor(sourceOf: SourceOf) {
    this.#sourceOf = sourceOf
  }

  handle(event: ThreadStreamEvent): ThreadStreamEvent[] {
    if (event.type === 'thread.item.updated') return this.#update(event, event.update)
    if (event.type === 'thread.item.removed') this.#messages.delete(event.item_id)
    if (!('item' in event) || event.item.type !== 'assistant_message') return [event]
    const { item } = event
    if (event.type === 'thread.item.added') return [{ ...event, item: this.#open(item) }]
    if (event.type === 'thread.item.replaced') this.#messages.delete(item.id)
    const flushed = item.content.flatMap((content, index) => this.#flush(item.id, index, content))
    return [...flushed, { ...event, item: this.#finish(item) }]
  }

  /** What is still held back when the stream ends without having finished its messages. */
  end(): ThreadStreamEvent[] {
    return [...this.#messages].flatMap(([itemId, parts]) =>
      [...parts].flatMap(([contentIndex, part]) => toEvents(itemId, contentIndex, part.flush())),
    )
  }

  #update(event: ThreadStreamEvent & { item_id: string }, update: ItemUpdate): ThreadStreamEvent[] {
    const { item_id: itemId } = event
    if (update.type === 'assistant_message.content_part.added') {
      const part = CitedPart.from(update.content, this.#sourceOf, false)
      this.#parts(itemId).set(update.content_index, part)
      return [updated(itemId, { ...update, content: part.content() })]
    }
    if (update.type === 'assistant_message.content_part.text_delta') {
      const part = this.#part(itemId, update.content_index)
      return toEvents(itemId, update.content_index, part.write(update.delta))
    }
    if (update.type === 'assistant_message.content_part.annotation_added') {
      const part = this.#part(itemId, update.content_index)
      return toEvents(itemId, update.content_index, [part.add(update.annotation)])
    }
    if (update.type === 'assistant_message.content_part.done') {
      const flushed = this.#flush(itemId, update.content_index, update.content)
      const content = this.#finishPart(itemId, update.content_index, update.content)
      return [...flushed, updated(itemId, { ...update, content })]
    }
    return [event]
  }

  #open(item: AssistantMessageItem): AssistantMessageItem {
    const parts = item.content.map((content) => CitedPart.from(content, this.#sourceOf, false))
    this.#messages.set(item.id, new Map(parts.entries()))
    return { ...item, content: parts.map((part) => part.content()) }
  }

  #finish(item: AssistantMessageItem): AssistantMessageItem {
    const content = item.content.map((part, index) => this.#finishPart(item.id, index, part))
    this.#messages.delete(item.id)
    return { ...item, content }
  }

  // A finished text that is not the one that was streamed takes its place, and its annotations are counted anew.
  #finishPart(itemId: string, contentIndex: number, content: AssistantContent): AssistantContent {
    const streamed = this.#messages.get(itemId)?.get(contentIndex)
    if (streamed?.raw === content.text) return streamed.finish(content.annotations)
    const part = CitedPart.from(content, this.#sourceOf, true)
    this.#parts(itemId).set(contentIndex, part)
    return part.content()
  }

  #flush(itemId: string, contentIndex: number, content: AssistantContent): ThreadStreamEvent[] {
    const streamed = this.#messages.get(itemId)?.get(contentIndex)
    return streamed?.raw === content.text ? toEvents(itemId, contentIndex, streamed.flush()) : []
  }

  #parts(itemId: string): Map<number, CitedPart> {
    const parts = this.#messages.get(itemId) ?? new Map<number, CitedPart>()
    this.#messages.set(itemId, parts)
    return parts
  }

  #part(itemId: string, contentIndex: number): CitedPart {
    const parts = this.#parts(itemId)
    const part = parts.get(contentIndex) ?? new CitedPart(this.#sourceOf)
    parts.set(contentIndex, part)
    return part
  }
}

function toEvents(itemId: string, contentIndex: number, pieces: CitedPiece[]): ThreadStreamEvent[] {
  return pieces.map((piece) =>
    updated(
      itemId,
      'text' in piece
        ? {
            type: 'assistant_message.content_part.text_delta',
            content_index: contentIndex,
            delta: piece.text,
          }
        : {
            type: 'assistant_message.content_part.annotation_added',
            content_index: contentIndex,
            annotation_index: piece.annotationIndex,
            annotation: piece.annotation,
          },
    ),
  )
}

function updated(itemId: string, update: ItemUpdate): ThreadStreamEvent {
  return { type: 'thread.item.updated', item_id: itemId, update }
}
