import { MemoryStore, textStream } from '../src/index.ts'
import type {
  AssistantMessageItem,
  ChatKitServerOptions,
  ThreadItem,
  ThreadStreamEvent,
  Turn,
} from '../src/index.ts'
import { aborted, HookedServer, type Following, type Hooks, type Person } from './hooked-server.ts'

export const ada: Person = { userId: 'ada' }
export const grace: Person = { userId: 'grace' }
export const scope = { owner: 'ada', context: ada }

export const serverOf = (
  respond: NonNullable<Hooks['respond']>,
  options: Partial<ChatKitServerOptions<Person>> = {},
  store = new MemoryStore<Person>(),
): HookedServer => new HookedServer({ respond }, { ...options, store })

const input = (text: string): object => ({
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
})
export const create = (text: string): object => ({ type: 'threads.create', params: { input: input(text) } })
export const add = (id: string, text: string): object => ({
  type: 'threads.add_user_message',
  params: { thread_id: id, input: input(text) },
})
export const stop = (id: string): object => ({ type: 'threads.stop', params: { thread_id: id } })
export const resume = (id: string, after?: string): object => ({
  type: 'threads.resume',
  params: { thread_id: id, ...(after === undefined ? {} : { after }) },
})

export const said = (turn: Pick<Turn<Person>, 'userMessage'>): string | undefined =>
  turn.userMessage?.content[0]?.text

export const fields = (turn: Turn<Person>): Pick<ThreadItem, 'id' | 'thread_id' | 'created_at'> => ({
  id: turn.generateId('msg'),
  thread_id: turn.thread.id,
  created_at: turn.now().toISOString(),
})
export const saying = (turn: Turn<Person>, text: string): AssistantMessageItem => ({
  ...fields(turn),
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})
export const delta = (itemId: string, text: string): ThreadStreamEvent => ({
  type: 'thread.item.updated',
  item_id: itemId,
  update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta: text },
})
/** The events of an answer that begins and is not done. */
export function* beginning(turn: Turn<Person>, ...deltas: string[]): Generator<ThreadStreamEvent> {
  const item: AssistantMessageItem = { ...fields(turn), type: 'assistant_message', content: [] }
  yield { type: 'thread.item.added', item }
  for (const text of deltas) yield delta(item.id, text)
}

export async function newThread(server: HookedServer, text = 'Hello'): Promise<string> {
  return (await (await server.follow(create(text), ada)).toEnd()).threadId
}

/** Everything that is stored in a thread, hidden items too, oldest first. */
export async function storedIn(server: HookedServer, id: string): Promise<ThreadItem[]> {
  return (await server.store.listItems(id, { limit: 100, order: 'asc', include: 'all' }, scope)).data
}

/** The rest of a run, from a cursor on. */
export async function restOf(server: HookedServer, threadId: string, after: string): Promise<Following> {
  return (await server.follow(resume(threadId, after), ada)).toEnd()
}

/** Says half of it, then waits until nobody wants the rest. */
export async function* half(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
  yield* beginning(turn, `half of ${said(turn)}`)
  await aborted(turn.signal)
}
export const echo = (turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> =>
  textStream(turn, [`re: ${said(turn)}`])
