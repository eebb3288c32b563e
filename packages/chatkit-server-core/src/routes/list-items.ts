import { toJson } from '../protocol/serialize.ts'
import { presentItems } from './present.ts'
import type { Route } from './route.ts'
import { withActiveRun } from './with-active-run.ts'

export const listItems: Route<'items.list'> = async ({ params }, context) => {
  const { thread_id: threadId, limit, order, after } = params
  const query = { limit, order, after: after ?? undefined, include: 'visible' } as const
  const loadPage = async () => presentItems(await context.store.listItems(threadId, query), context)
  // Newest first, an answer under way belongs to the first page only.
  if (order === 'desc' && after != null) return { kind: 'json', json: toJson(await loadPage()) }
  const { page, cursor } = await withActiveRun(threadId, order, loadPage, context)
  return { kind: 'json', json: toJson(page), cursor }
}
