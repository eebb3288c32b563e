import { DEFAULT_PAGE_SIZE } from '../protocol/pages.ts'
import { threadForClient } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const getThread: Route<'threads.get_by_id'> = async ({ params }, { store }) => {
  const [thread, items] = await Promise.all([
    store.loadThread(params.thread_id),
    store.listItems(params.thread_id, { limit: DEFAULT_PAGE_SIZE, order: 'asc', include: 'visible' }),
  ])
  return { kind: 'json', value: threadForClient(thread, items) }
}
