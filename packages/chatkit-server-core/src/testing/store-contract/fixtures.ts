import { strict as assert } from 'node:assert'
import { ChatKitError, type ErrorCode } from '../../errors.ts'
import type { ThreadItem } from '../../protocol/items.ts'
import type { Thread } from '../../protocol/threads.ts'
import { generateId } from '../../store/generate-id.ts'
import type { Scope } from '../../store/scope.ts'
import type { ItemQuery, Store } from '../../store/store.ts'

export const times = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 1, 0, minute, 0, 123)).toISOString()
export const newOwner = (tenant?: string): Scope => ({
  owner: generateId('run'),
  ...(tenant === undefined ? {} : { tenant }),
  context: {},
})
export const newThread = (fields: Partial<Thread> = {}): Thread => ({
  id: generateId('thr'),
  created_at: times(0),
  status: { type: 'active' },
  metadata: {},
  ...fields,
})
export const message = (threadId: string, text: string): ThreadItem => ({
  id: generateId('msg'),
  thread_id: threadId,
  created_at: times(0),
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})
export const hidden = (threadId: string): ThreadItem => ({
  id: generateId('shcx'),
  thread_id: threadId,
  created_at: times(0),
  type: 'hidden_context_item',
  content: { note: 'for the model' },
})
export const textOf = (item: ThreadItem): string =>
  item.type === 'assistant_message' ? (item.content[0]?.text ?? '') : item.type

export const ALL: ItemQuery = { limit: 100, order: 'asc', include: 'all' }

export const rejects = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(ChatKitError.isInstance(error), `expected a ChatKitError, got ${String(error)}`)
    assert.equal(error.code, code)
    return true
  })

/** Opens a new thread with items that carry the given texts. */
export async function opened(store: Store, scope: Scope, words: string[] = []): Promise<Thread> {
  const thread = newThread()
  const items = words.map((text) => message(thread.id, text))
  assert.ok((await store.openTurn({ newThread: thread, items }, scope)).thread)
  return thread
}

export async function texts(store: Store, threadId: string, scope: Scope): Promise<string[]> {
  return (await store.listItems(threadId, ALL, scope)).data.map(textOf)
}
