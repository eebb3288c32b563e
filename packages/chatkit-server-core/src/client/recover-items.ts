import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ChatKitClient } from './client.ts'
import type { StreamItems } from './stream-items.ts'

const PAGE_SIZE = 100

/**
 * Goes on where the server knows nothing of the run any more: what its thread holds of it is told as items that are
 * done. What was begun and is not there is lost, which is told as an error.
 */
export async function* recoverItems(
  client: Pick<ChatKitClient, 'send'>,
  threadId: string,
  items: StreamItems,
): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  const { data } = await client.send({
    type: 'items.list',
    params: { thread_id: threadId, order: 'desc', limit: PAGE_SIZE },
  })
  const stored = data.toReversed()
  const from = stored.findIndex(({ id }) => items.isSeen(id))
  for (const item of from === -1 ? [] : stored.slice(from)) {
    const event: ThreadStreamEvent = { type: 'thread.item.done', item }
    items.observe(event)
    yield event
  }
  if (items.hasPending) yield { type: 'error', code: 'stream.error', allow_retry: true }
}
