import { strict as assert } from 'node:assert'
import { ChatKitError, type ErrorCode } from '../../errors.ts'
import type { Attachment } from '../../protocol/attachments.ts'
import type { ThreadItem, UserMessageItem } from '../../protocol/items.ts'
import type { Thread } from '../../protocol/threads.ts'
import { generateId } from '../../store/generate-id.ts'
import type { Scope } from '../../store/scope.ts'
import type { ItemQuery } from '../../store/thread-store.ts'
import type { SharedMethods } from './contract-case.ts'

export const times = (minute: number): string =>
  new Date(Date.UTC(2026, 0, 1, 0, minute, 0, 123)).toISOString()
export const newOwner = (tenant?: string): Scope => ({
  owner: generateId('run'),
  ...(tenant === undefined ? {} : { tenant }),
  context: {},
})
/** Everybody whom an owner of a tenant could be taken for. */
export const strangersOf = (scope: Scope): Scope[] => [
  newOwner(scope.tenant),
  { ...scope, tenant: 'another' },
  { owner: scope.owner, context: {} },
]
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
export const question = (threadId: string, text: string): UserMessageItem => ({
  id: generateId('msg'),
  thread_id: threadId,
  created_at: times(0),
  type: 'user_message',
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
})
export const hidden = (threadId: string): ThreadItem => ({
  id: generateId('shcx'),
  thread_id: threadId,
  created_at: times(0),
  type: 'hidden_context_item',
  content: { note: 'for the model' },
})
export const file = (fields: Partial<Extract<Attachment, { type: 'file' }>> = {}): Attachment => ({
  id: generateId('atc'),
  type: 'file',
  name: 'notes.pdf',
  mime_type: 'application/pdf',
  ...fields,
})
export function textOf(item: ThreadItem): string {
  if (item.type === 'assistant_message' || item.type === 'user_message') return item.content[0]?.text ?? ''
  return item.type
}

export const ALL: ItemQuery = { limit: 100, order: 'asc', include: 'all' }

export const rejects = (promise: Promise<unknown>, code: ErrorCode): Promise<void> =>
  assert.rejects(promise, (error) => {
    assert.ok(ChatKitError.isInstance(error), `expected a ChatKitError, got ${String(error)}`)
    assert.equal(error.code, code)
    return true
  })

export const list = async (store: SharedMethods, threadId: string, scope: Scope): Promise<ThreadItem[]> =>
  (await store.listItems(threadId, ALL, scope)).data

export const texts = async (store: SharedMethods, threadId: string, scope: Scope): Promise<string[]> =>
  (await list(store, threadId, scope)).map(textOf)
