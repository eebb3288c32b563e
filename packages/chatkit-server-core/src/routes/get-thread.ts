import { DEFAULT_PAGE_SIZE } from '../protocol/pages.ts'
import { threadForClient, toJson } from '../protocol/serialize.ts'
import { presentItems } from './present.ts'
import type { Route } from './route.ts'
import { withActiveRun } from './with-active-run.ts'

export const getThread: Route<'threads.get_by_id'> = async ({ params }, context) => {
  const { store, runStore, scope } = context
  const { thread_id: threadId } = params
  const [thread, run] = await Promise.all([store.loadThread(threadId), runStore.activeRun(threadId, scope)])
  const query = { limit: DEFAULT_PAGE_SIZE, order: 'asc', include: 'visible' } as const
  const stored = await presentItems(await store.listItems(threadId, query), context)
  const { page, cursor } = await withActiveRun(run, stored, query, context)
  return { kind: 'json', json: toJson(threadForClient(thread, page)), cursor }
}
