import { itemsForClient } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const listItems: Route<'items.list'> = async ({ params }, { store }) => {
  const { thread_id: threadId, limit, order, after } = params
  const query = { limit, order, after: after ?? undefined, include: 'visible' as const }
  return { kind: 'json', value: itemsForClient(await store.listItems(threadId, query)) }
}
