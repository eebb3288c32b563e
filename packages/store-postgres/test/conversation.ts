import {
  generateId,
  type Attachment,
  type LogEntry,
  type RunRef,
  type Scope,
  type Store,
  type Thread,
  type ThreadItem,
  type TurnOpening,
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

/** An opening of a turn: a message without items, by a run of its own, unless `fields` say otherwise. */
export const turn = (fields: Partial<TurnOpening>): TurnOpening => ({
  step: { kind: 'message' },
  items: [],
  attachmentIds: [],
  run: { id: generateId('run'), entries: [] },
  maxActiveRuns: 1_000,
  ...fields,
})

/** Opens a turn, which must succeed, and gives its run. */
export async function begin(store: Store, scope: Scope, fields: Partial<TurnOpening>): Promise<RunRef> {
  const opening = turn(fields)
  const opened = await store.openTurn(opening, scope)
  if (opened.outcome !== 'opened') throw new Error(`The turn was not opened: ${JSON.stringify(opened)}`)
  return { id: opening.run.id, threadId: opened.thread.id }
}

/** A new thread in which nothing is under way. */
export async function createThread(
  store: Store,
  newThreadOf: Thread,
  items: ThreadItem[],
  scope: Scope,
): Promise<void> {
  const run = await begin(store, scope, { newThread: newThreadOf, items })
  await store.closeRun(run, { status: 'completed', items: [], entries: [] })
}

export const entry = (seq: number, text = `event ${seq}`): LogEntry => ({
  seq,
  json: JSON.stringify({ type: 'progress_update', text }),
})
