import { DEFAULT_PAGE_SIZE } from '../protocol/pages.ts'
import { threadForClient, toJson } from '../protocol/serialize.ts'
import { presentItems } from './present.ts'
import type { Route } from './route.ts'
import { withActiveRun } from './with-active-run.ts'

export const getThread: Route<'threads.get_by_id'> = async ({ params }, context) => {
  const { store } = context
  const { thread_id: threadId } = params
  const query = { limit: DEFAULT_PAGE_SIZE, order: 'asc', include: 'visible' } as const
  const loadPage = async () => presentItems(await store.listItems(threadId, query), context)
  const [thread, { page, cursor }] = await Promise.all([
    store.loadThread(threadId),
    withActiveRun(threadId, 'asc', loadPage, context),
  ])
  return { kind: 'json', json: toJson(threadForClient(thread, page)), cursor }
}
