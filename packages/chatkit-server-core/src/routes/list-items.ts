import { toJson } from '../protocol/serialize.ts'
import { presentItems } from './present.ts'
import type { Route } from './route.ts'
import { withActiveRun } from './with-active-run.ts'

export const listItems: Route<'items.list'> = async ({ params }, context) => {
  const { thread_id: threadId, limit, order, after } = params
  const query = { limit, order, after: after ?? undefined, include: 'visible' as const }
  const { store, runStore, scope } = context
  // Newest first, an answer under way belongs to the first page only.
  const run = order === 'desc' && after != null ? undefined : await runStore.activeRun(threadId, scope)
  const stored = await presentItems(await store.listItems(threadId, query), context)
  const { page, cursor } = await withActiveRun(run, stored, query, context)
  return { kind: 'json', json: toJson(page), cursor }
}
