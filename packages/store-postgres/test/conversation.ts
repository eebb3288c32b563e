import {
  generateId,
  type Attachment,
  type Scope,
  type Thread,
  type ThreadItem,
} from '@robolearn/chatkit-server-core'

export const scopeOf = (owner: string = generateId('run')): Scope => ({ owner, context: {} })

export const newThread = (fields: Partial<Thread> = {}): Thread => ({
  id: generateId('thr'),
  created_at: '2026-03-01T10:00:00.123Z',
  status: { type: 'active' },
  metadata: {},
  ...fields,
})

export const message = (threadId: string, text: string): ThreadItem => ({
  id: generateId('msg'),
  thread_id: threadId,
  created_at: '2026-03-01T10:00:00.123Z',
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})

export const file = (fields: Partial<Extract<Attachment, { type: 'file' }>> = {}): Attachment => ({
  id: generateId('atc'),
  type: 'file',
  name: 'notes.pdf',
  mime_type: 'application/pdf',
  ...fields,
})

export const textOf = (item: ThreadItem): string =>
  item.type === 'assistant_message' ? (item.content[0]?.text ?? '') : item.type
