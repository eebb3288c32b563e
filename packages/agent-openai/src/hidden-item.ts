import type { HiddenContextItem, TurnBase } from '@robolearn/chatkit-server-core'

/** An item that the model finds in the thread and no client sees. */
export function hiddenItem(
  { thread, generateId, now }: Pick<TurnBase<unknown>, 'thread' | 'generateId' | 'now'>,
  content: unknown,
): HiddenContextItem {
  return {
    id: generateId('shcx'),
    thread_id: thread.id,
    created_at: now().toISOString(),
    type: 'hidden_context_item',
    content,
  }
}
