import type { ThreadStreamEvent } from './protocol/events.ts'
import type { AssistantContent, AssistantMessageItem } from './protocol/items.ts'
import type { Turn } from './turn.ts'

/**
 * Turns any stream of text into the events of one assistant message: for models and frameworks that give plain
 * text. A stream that ends without a word gives no message.
 */
export async function* textStream<TContext>(
  turn: Pick<Turn<TContext>, 'thread' | 'generateId' | 'now'>,
  text: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<ThreadStreamEvent> {
  const item: AssistantMessageItem = {
    id: turn.generateId('msg'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type: 'assistant_message',
    content: [],
  }
  const part = (words: string): AssistantContent => ({ type: 'output_text', text: words, annotations: [] })
  let whole = ''
  for await (const delta of text) {
    if (delta === '') continue
    if (whole === '') {
      yield { type: 'thread.item.added', item }
      yield update(item.id, {
        type: 'assistant_message.content_part.added',
        content_index: 0,
        content: part(''),
      })
    }
    whole += delta
    yield update(item.id, { type: 'assistant_message.content_part.text_delta', content_index: 0, delta })
  }
  if (whole === '') return
  yield update(item.id, {
    type: 'assistant_message.content_part.done',
    content_index: 0,
    content: part(whole),
  })
  yield { type: 'thread.item.done', item: { ...item, content: [part(whole)] } }
}

const update = (
  itemId: string,
  change: Extract<ThreadStreamEvent, { type: 'thread.item.updated' }>['update'],
): ThreadStreamEvent => ({ type: 'thread.item.updated', item_id: itemId, update: change })
