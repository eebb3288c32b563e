import type { TurnStore } from '../store/turn-store.ts'
import type { Route } from './route.ts'

export const deleteThread: Route<'threads.delete'> = async ({ params }, context) => {
  const { store, runs, attachmentStore, scope, onError } = context
  const { thread_id: threadId } = params
  // Loaded first: deleting what is not there is silent in a store, and a 404 on the wire.
  await store.loadThread(threadId)
  const attachmentIds = attachmentStore ? await attachmentsOf(store, threadId) : []
  await store.deleteThread(threadId)
  runs.threadDeleted(threadId)
  const deleting = attachmentStore ? attachmentIds.map((id) => attachmentStore.delete(id, scope)) : []
  const deleted = await Promise.allSettled(deleting)
  for (const result of deleted) if (result.status === 'rejected') onError(result.reason, { threadId })
  return { kind: 'json', json: '{}' }
}

async function attachmentsOf(store: TurnStore, threadId: string): Promise<string[]> {
  const ids: string[] = []
  for (let after: string | undefined; ;) {
    const page = await store.listItems(threadId, { limit: 100, order: 'asc', include: 'all', after })
    for (const item of page.data) {
      if (item.type === 'user_message') ids.push(...item.attachments.map(({ id }) => id))
    }
    if (!page.has_more) return ids
    after = page.after
  }
}
