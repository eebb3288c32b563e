import { answerStructuredInput } from './answer-structured-input.ts'
import { refusal } from '../runs/refusal.ts'
import type { Route } from './route.ts'
import { startRespond } from './start-respond.ts'

export const addStructuredInput: Route<'threads.add_structured_input'> = async (
  { params, metadata },
  context,
) => {
  const { thread_id: threadId, item_id: itemId, input } = params
  const found = await context.store.loadItem(threadId, itemId)
  if (found.type !== 'structured_input') throw refusal('item_state_conflict', threadId)
  const item = answerStructuredInput(found, input)
  const opening = {
    thread: threadId,
    step: { kind: 'structured_input' as const, item },
    items: [],
    attachmentIds: [],
    key: context.key,
  }
  const told = [{ type: 'thread.item.replaced' as const, item }]
  const reader = await startRespond({ opening, firstEvents: [], metadata }, () => undefined, context, told)
  return { kind: 'stream', reader }
}
