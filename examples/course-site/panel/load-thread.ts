import type { ChatKitClient, ThreadState } from '@robolearn/chatkit-server-core/client'
import { emptyThreadState } from '@robolearn/chatkit-server-core/client'

const PAGE_SIZE = 100

/** A stored thread with all of its items, oldest first. */
export async function loadThread(client: ChatKitClient, threadId: string): Promise<ThreadState> {
  const { items: first, ...thread } = await client.send({
    type: 'threads.get_by_id',
    params: { thread_id: threadId },
  })
  const items = [...first.data]
  for (let page = first; page.has_more && page.after !== undefined;) {
    page = await client.send({
      type: 'items.list',
      params: { thread_id: threadId, order: 'asc', limit: PAGE_SIZE, after: page.after },
    })
    items.push(...page.data)
  }
  return { ...emptyThreadState, thread, items }
}
