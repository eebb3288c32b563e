import type { Route } from './route.ts'

export const addFeedback: Route<'items.feedback'> = async ({ params }, { store, hooks, scope }) => {
  const { thread_id: threadId, item_ids: itemIds, kind } = params
  await store.saveFeedback({ threadId, itemIds, kind })
  await hooks.addFeedback({ threadId, itemIds, kind, context: scope.context })
  return { kind: 'json', json: '{}' }
}
