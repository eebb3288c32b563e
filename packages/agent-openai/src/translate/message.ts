import type {
  Annotation,
  AssistantContent,
  AssistantMessageItem,
  GenerateId,
  ThreadStreamEvent,
} from '@robolearn/chatkit-server-core'
import { wholeBeginning } from './whole-text.ts'

/** A message of the assistant that is being written. */
export interface OpenMessage {
  readonly item: AssistantMessageItem
  /** Which output of the response it is, and which part of it grows, by the model's numbers. */
  readonly outputIndex: number
  readonly contentIndex: number
  /** The text of each part so far; the last one grows. */
  readonly texts: readonly string[]
  /** The annotations of each part; none where a part has none. */
  readonly annotations: readonly (readonly Annotation[] | undefined)[]
  /** The first half of a character whose other half has not come yet. */
  readonly heldBack: string
}

/** Where new items get their ids, thread and time from. */
export interface Mint {
  readonly threadId: string
  readonly generateId: GenerateId
  readonly now: () => Date
}

export interface MessageStep {
  message: OpenMessage
  events: ThreadStreamEvent[]
}

export function beginMessage(outputIndex: number, mint: Mint): MessageStep {
  const item: AssistantMessageItem = {
    id: mint.generateId('msg'),
    thread_id: mint.threadId,
    created_at: mint.now().toISOString(),
    type: 'assistant_message',
    content: [],
  }
  return {
    message: { item, outputIndex, contentIndex: 0, texts: [], annotations: [], heldBack: '' },
    events: [{ type: 'thread.item.added', item }],
  }
}

/** Adds text to the part with this number of the model's, which begins a new one when it is another than before. */
export function appendText(message: OpenMessage, contentIndex: number, delta: string): MessageStep {
  const { item } = message
  const events: ThreadStreamEvent[] = []
  let { texts, heldBack } = message
  if (texts.length === 0 || contentIndex !== message.contentIndex) {
    if (texts.length > 0) events.push(partDone(item.id, texts.length - 1, texts.at(-1) ?? ''))
    // Ours have no gaps, whatever the model's numbers are.
    events.push(partAdded(item.id, texts.length))
    texts = [...texts, '']
    heldBack = ''
  }
  const index = texts.length - 1
  const { text, heldBack: rest } = wholeBeginning(heldBack + delta)
  if (text) {
    events.push({
      type: 'thread.item.updated',
      item_id: item.id,
      update: { type: 'assistant_message.content_part.text_delta', content_index: index, delta: text },
    })
  }
  const grown = texts.with(index, (texts[index] ?? '') + text)
  return { message: { ...message, contentIndex, texts: grown, heldBack: rest }, events }
}

/**
 * Adds an annotation to the part that grows, or to the first part where it belongs to none that began. One that is
 * there already is not added again.
 */
export function annotate(message: OpenMessage, contentIndex: number, annotation: Annotation): MessageStep {
  const part = contentIndex === message.contentIndex ? Math.max(message.texts.length - 1, 0) : 0
  const known = message.annotations[part] ?? []
  const json = JSON.stringify(annotation)
  if (known.some((one) => JSON.stringify(one) === json)) return { message, events: [] }
  const annotations = [...message.annotations]
  annotations[part] = [...known, annotation]
  const update = {
    type: 'assistant_message.content_part.annotation_added' as const,
    content_index: part,
    annotation_index: known.length,
    annotation,
  }
  return {
    message: { ...message, annotations },
    events: [{ type: 'thread.item.updated', item_id: message.item.id, update }],
  }
}

/** Ends the message. Where the response as a whole says something else than was streamed, that is what counts. */
export function finishMessage(message: OpenMessage, final: readonly string[] = []): ThreadStreamEvent[] {
  const { item, texts, annotations } = message
  const differs = final.length > 0 && final.join('') !== texts.join('')
  const settled = differs ? [...final, ...texts.slice(final.length)] : texts
  const growing = Math.max(texts.length - 1, 0)
  const ends = settled.slice(growing).flatMap((text, offset) => {
    const index = growing + offset
    const done = partDone(item.id, index, text)
    return index < texts.length ? [done] : [partAdded(item.id, index), done]
  })
  return [
    ...ends,
    {
      type: 'thread.item.done',
      item: { ...item, content: settled.map((text, index) => contentOf(text, annotations[index])) },
    },
  ]
}

const contentOf = (text: string, annotations: readonly Annotation[] = []): AssistantContent => ({
  type: 'output_text',
  text,
  annotations: [...annotations],
})

const partAdded = (itemId: string, index: number): ThreadStreamEvent => ({
  type: 'thread.item.updated',
  item_id: itemId,
  update: { type: 'assistant_message.content_part.added', content_index: index, content: contentOf('') },
})

const partDone = (itemId: string, index: number, text: string): ThreadStreamEvent => ({
  type: 'thread.item.updated',
  item_id: itemId,
  update: { type: 'assistant_message.content_part.done', content_index: index, content: contentOf(text) },
})
