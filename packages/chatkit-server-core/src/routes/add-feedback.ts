import type { Route } from './route.ts'

export const addFeedback: Route<'items.feedback'> = async ({ params }, { store, hooks, scope, onError }) => {
  const { thread_id: threadId, item_ids: itemIds, kind } = params
  await store.saveFeedback({ threadId, itemIds, kind })
  try {
    await hooks.addFeedback({ threadId, itemIds, kind, context: scope.context })
  } catch (error) {
    onError(error, { threadId })
  }
  return { kind: 'json', json: '{}' }
}
