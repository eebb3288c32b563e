import { strict as assert } from 'node:assert'
import type {
  ClientToolCallItem,
  StructuredInputItem,
  ThreadItem,
  UserMessageItem,
} from '../../protocol/items.ts'
import type { Thread } from '../../protocol/threads.ts'
import { generateId } from '../../store/generate-id.ts'
import type { RunRef, Scope } from '../../store/scope.ts'
import type { LogEntry, RunEnding, Store, TurnOpening, TurnRefusal } from '../../store/store.ts'
import { newThread, question, times } from './fixtures.ts'

/** An event of a run's log, in words that are hard on encodings. */
export const entry = (seq: number): LogEntry => ({
  seq,
  json: JSON.stringify({ type: 'progress_update', text: `${seq}: "روبوٹ" 🤖\n\\` }),
})
export const entries = (from: number, to: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(from + index))

export const toolCall = (threadId: string, name = 'open_page'): ClientToolCallItem => ({
  id: generateId('tc'),
  thread_id: threadId,
  created_at: times(0),
  type: 'client_tool_call',
  status: 'pending',
  call_id: `call_${name}`,
  name,
  arguments: { deep: [null, { x: null }] },
})
export const form = (threadId: string): StructuredInputItem => ({
  id: generateId('msg'),
  thread_id: threadId,
  created_at: times(0),
  type: 'structured_input',
  status: 'pending',
  inputs: [{ type: 'freeform', id: 'q', question: 'Which servo?' }],
})
export function answered(item: ThreadItem | undefined, value: string): StructuredInputItem {
  assert.ok(item?.type === 'structured_input')
  const inputs = item.inputs.map((input) => ({ ...input, answer: { values: [value], skipped: false } }))
  return { ...item, status: 'answered', inputs }
}

/** An opening of a turn: a message without items, by a run of its own, unless `fields` say otherwise. */
export const turn = (fields: Partial<TurnOpening>): TurnOpening => ({
  step: { kind: 'message' },
  items: [],
  attachmentIds: [],
  run: { id: generateId('run'), entries: [] },
  maxActiveRuns: 100,
  ...fields,
})

export interface Begun {
  run: RunRef
  thread: Thread
  item: ThreadItem | undefined
}

/** Opens a turn, which must succeed. */
export async function begin(store: Store, scope: Scope, fields: Partial<TurnOpening>): Promise<Begun> {
  const opening = turn(fields)
  const result = await store.openTurn(opening, scope)
  assert.equal(result.outcome, 'opened', `expected an opened turn, got ${JSON.stringify(result)}`)
  const { thread, item } = result
  return { run: { id: opening.run.id, threadId: thread.id }, thread, item }
}

/** Opens a turn, which must be refused with the code and leave no trace of its run. Gives the result's run id. */
export async function refused(
  store: Store,
  scope: Scope,
  fields: Partial<TurnOpening>,
  code: TurnRefusal,
): Promise<string | undefined> {
  const opening = turn(fields)
  const result = await store.openTurn(opening, scope)
  assert.equal(result.outcome, 'refused', `expected a refusal, got ${JSON.stringify(result)}`)
  assert.equal(result.code, code)
  assert.equal(await store.readEvents(opening.run.id, 0, scope), undefined)
  return result.runId
}

export const end = (store: Store, run: RunRef, fields: Partial<RunEnding> = {}): Promise<boolean> =>
  store.closeRun(run, { status: 'completed', items: [], entries: [], ...fields })

export interface Conversation {
  threadId: string
  asked: UserMessageItem
  /** What the run has made. */
  made: ThreadItem[]
}

/** A new thread with a question, and what a run, which is over, has answered. */
export async function conversation(
  store: Store,
  scope: Scope,
  answer: (threadId: string) => ThreadItem[] = () => [],
): Promise<Conversation> {
  const thread = newThread()
  const asked = question(thread.id, 'question')
  const { run } = await begin(store, scope, { newThread: thread, items: [asked] })
  const made = answer(thread.id)
  for (const [index, item] of made.entries()) {
    await store.appendItemEvent(run, [entry(index + 1)], { save: item })
  }
  await end(store, run)
  return { threadId: thread.id, asked, made }
}
