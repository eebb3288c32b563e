import type { Route } from './route.ts'
import { startRespond } from './start-respond.ts'

export const retryAfterItem: Route<'threads.retry_after_item'> = async ({ params, metadata }, context) => {
  const opening = {
    thread: params.thread_id,
    step: { kind: 'retry' as const, itemId: params.item_id },
    items: [],
    attachmentIds: [],
    key: context.key,
  }
  const reader = await startRespond(
    { opening, firstEvents: [], metadata },
    (item) => (item?.type === 'user_message' ? item : undefined),
    context,
  )
  return { kind: 'stream', reader }
}
