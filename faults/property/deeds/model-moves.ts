import type {
  AssistantMessageItem,
  ThreadItem,
  ThreadStreamEvent,
  Turn,
} from '@robolearn/chatkit-server-core'
import * as fc from 'fast-check'
import { ended, isThere, type Model, type ModelThread, type PendingItem } from '../model.ts'
import type { Real } from '../real.ts'
import type { Move, Person } from '../stage.ts'
import { mustBe } from '../must-be.ts'
import { answering, deed, oneOf, refusalOf, which } from './deed.ts'

type Fields = Pick<ThreadItem, 'id' | 'thread_id' | 'created_at'>

const message = (fields: Fields, words: string): AssistantMessageItem => ({
  ...fields,
  type: 'assistant_message',
  content: words === '' ? [] : [{ type: 'output_text', text: words, annotations: [] }],
})

export const delta = (itemId: string, text: string): ThreadStreamEvent => ({
  type: 'thread.item.updated',
  item_id: itemId,
  update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text },
})

/** Has the model of a run do something, and waits until that is stored and published. */
export async function perform(
  real: Real,
  { run }: ModelThread,
  make: (fields: (id: string) => Fields, turn: Turn<Person>) => ThreadStreamEvent[],
): Promise<void> {
  if (!run) return
  const mark = `done with ${real.next()}`
  const move: Move = {
    kind: 'events',
    make: (turn) => [
      ...make((id) => ({ id, thread_id: turn.thread.id, created_at: turn.now().toISOString() }), turn),
      { type: 'progress_update', text: mark },
    ],
  }
  real.world.stage.play(run.id, move)
  await real.witness(run).until((event) => event.type === 'progress_update' && event.text === mark, mark)
}

interface Spoken {
  thread: ModelThread
  run: NonNullable<ModelThread['run']>
  real: Real
  item: number
  text: string
}

const fields = fc.record({
  thread: which,
  item: which,
  text: fc.constantFrom('word ', 'روبوٹ ', '🤖', '\n\n', ' ', '**bold** '),
})

/** A deed of the model in a run that is under way; possible where `has` says so. */
const move = (
  name: string,
  has: (thread: ModelThread) => boolean,
  act: (spoken: Spoken) => Promise<void>,
) => {
  const fitting = (model: Model): ModelThread[] => answering(model).filter(has)
  return deed({
    name,
    fields,
    isPossible: (model) => fitting(model).length > 0,
    act: async (model, real, { thread: number, item, text }) => {
      const thread = oneOf(fitting(model), number)
      if (thread.run) await act({ thread, run: thread.run, real, item, text })
    },
  })
}

const always = (): boolean => true
export const messagesOf = ({ run }: ModelThread): PendingItem[] =>
  (run?.pending ?? []).filter(({ kind }) => kind === 'answer')
const hasMessage = (thread: ModelThread): boolean => messagesOf(thread).length > 0
const madeIn = ({ items, run }: ModelThread) =>
  items.filter(({ id, kind }) => kind === 'answer' && run?.made.has(id))

const HALVES = ['\ud83e', '\udd16'] as const

/** A half whose other half does not come is no character. */
export function hear(pending: PendingItem, text: string): void {
  if (pending.hasHalf) pending.words += '\ufffd'
  pending.words += text
  pending.hasHalf = false
}

export const beginMessage = move('begin a message', always, async ({ thread, run, real }) => {
  const id = `msg_${real.next()}_${run.id}`
  run.pending.push({ id, kind: 'answer', words: '' })
  await perform(real, thread, (of) => [{ type: 'thread.item.added', item: message(of(id), '') }])
})

export const say = move('say', hasMessage, async ({ thread, real, item, text }) => {
  const pending = oneOf(messagesOf(thread), item)
  hear(pending, text)
  await perform(real, thread, () => [delta(pending.id, text)])
})

/** The other half may never come. */
export const sayHalf = move('say half a character', hasMessage, async ({ thread, real, item }) => {
  const pending = oneOf(messagesOf(thread), item)
  hear(pending, '')
  pending.hasHalf = true
  await perform(real, thread, () => [delta(pending.id, HALVES[0])])
})

/** A character comes in two halves, as from a model that counts in bytes. */
export const sayInHalves = move('say in halves', hasMessage, async ({ thread, real, item }) => {
  const pending = oneOf(messagesOf(thread), item)
  hear(pending, '🤖')
  await perform(real, thread, () => HALVES.map((half) => delta(pending.id, half)))
})

export const finishMessage = move('finish a message', hasMessage, async ({ thread, run, real, item }) => {
  const pending = oneOf(messagesOf(thread), item)
  run.pending.splice(run.pending.indexOf(pending), 1)
  run.made.add(pending.id)
  thread.items.push({ id: pending.id, kind: 'answer', words: pending.words })
  await perform(real, thread, (of) => [
    { type: 'thread.item.done', item: message(of(pending.id), pending.words) },
  ])
})

export const replaceMessage = move(
  'replace a message',
  (thread) => madeIn(thread).length > 0,
  async ({ thread, real, item }) => {
    const made = oneOf(madeIn(thread), item)
    made.words = `Better ${real.next()}`
    await perform(real, thread, (of) => [
      { type: 'thread.item.replaced', item: message(of(made.id), made.words) },
    ])
  },
)

export const replaceUnfinished = move('replace what is unfinished', hasMessage, async (spoken) => {
  const { thread, run, real, item } = spoken
  const pending = oneOf(messagesOf(thread), item)
  run.pending.splice(run.pending.indexOf(pending), 1)
  run.made.add(pending.id)
  const words = `Instead ${real.next()}`
  thread.items.push({ id: pending.id, kind: 'answer', words })
  await perform(real, thread, (of) => [
    { type: 'thread.item.replaced', item: message(of(pending.id), words) },
  ])
})

/** What it has made itself, or anything older. */
export const removeItem = move(
  'remove an item',
  ({ items }) => items.some((item) => isThere(item) && item.kind !== 'user'),
  async ({ thread, run, real, item }) => {
    const { id } = oneOf(
      thread.items.filter((one) => isThere(one) && one.kind !== 'user'),
      item,
    )
    thread.items = thread.items.filter((one) => one.id !== id)
    run.made.delete(id)
    await perform(real, thread, () => [{ type: 'thread.item.removed', item_id: id }])
  },
)

export const hide = move('note for itself', always, async ({ thread, run, real }) => {
  const id = `hid_${real.next()}_${run.id}`
  thread.items.push({ id, kind: 'hidden', words: 'secret' })
  await perform(real, thread, (of) => [
    { type: 'thread.item.added', item: { ...of(id), type: 'hidden_context_item', content: '' } },
    delta(id, 'secret'),
    { type: 'thread.item.done', item: { ...of(id), type: 'hidden_context_item', content: 'secret' } },
  ])
})

export const beginWidget = move('begin a widget', always, async ({ thread, run, real }) => {
  const id = `wid_${real.next()}_${run.id}`
  run.pending.push({ id, kind: 'widget', words: '' })
  await perform(real, thread, (of) => [
    {
      type: 'thread.item.added',
      item: { ...of(id), type: 'widget', widget: { type: 'Card', children: [] } },
    },
  ])
})

export const callTool = move('call a tool of the client', always, async ({ thread, run, real }) => {
  const id = `tc_${real.next()}_${run.id}`
  run.made.add(id)
  thread.items.push({ id, kind: 'call', words: '', open: true })
  const call = {
    type: 'client_tool_call',
    status: 'pending',
    call_id: id,
    name: 'ask',
    arguments: {},
  } as const
  await perform(real, thread, (of) => [{ type: 'thread.item.done', item: { ...of(id), ...call } }])
})

export const nameThread = move('name the thread', always, async ({ thread, real }) => {
  const title = `Named ${real.next()}`
  thread.title = title
  // Its change is noticed with the event, and told behind it.
  await perform(real, thread, (_of, turn) => {
    turn.thread.title = title
    return [{ type: 'progress_update', text: 'naming' }]
  })
})

/** Another field: what people did to the title meanwhile stays. */
export const markThread = move('mark the thread', always, async ({ thread, real }) => {
  await perform(real, thread, (_of, turn) => {
    turn.thread.metadata = { mark: real.next() }
    return [{ type: 'progress_update', text: 'marking' }]
  })
})

export const writeTooLate = deed({
  name: 'write too late',
  fields: fc.record({ run: which }),
  isPossible: ({ runs }) => [...runs.values()].some(({ status }) => status !== 'running'),
  act: async ({ runs }, real, { run }) => {
    const ends = [...runs.values()].filter(({ status }) => status !== 'running')
    const refusal = await refusalOf(real.world.stage.write(oneOf(ends, run).id))
    mustBe('whether a write of a run that is over was refused', refusal !== 'not refused', true)
  },
})

const over =
  (kind: 'end' | 'throw') =>
  async (spoken: Spoken): Promise<void> => {
    const { thread, run, real } = spoken
    real.world.stage.play(run.id, { kind })
    await real.witness(run).toEnd()
    ended(thread, kind === 'end' ? 'completed' : 'failed')
  }

export const end = move('end', always, over('end'))
export const fail = move('fail', always, over('throw'))
