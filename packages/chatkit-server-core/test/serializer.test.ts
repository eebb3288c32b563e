import { describe, expect, it } from 'vitest'
import {
  createChatKitHandler,
  MemoryStore,
  StreamError,
  type Attachment,
  type AttachmentStore,
  type ItemUpdate,
  type ThreadItem,
  type ThreadItemType,
  type ThreadStreamEvent,
  type ThreadStreamEventType,
  type Turn,
} from '../src/index.ts'
import type { RequestType } from '../src/protocol/requests.ts'
import { aborted, HookedServer, type Person } from './hooked-server.ts'

/** What must not be found in anything that leaves the server. */
const SECRET = 'private-9f3c'
const ada: Person = { userId: 'ada' }

const privateAttachment: Attachment = {
  id: 'atc_x',
  name: 'a.txt',
  mime_type: 'text/plain',
  type: 'file',
  metadata: { note: SECRET },
}

const attachments: AttachmentStore<Person> = {
  create: async (id) => ({ ...privateAttachment, id }),
  read: () => Promise.reject(new Error('nothing is read here')),
  sign: async (attachment) => attachment,
  delete: async () => {},
}

type Fields = Pick<ThreadItem, 'id' | 'thread_id' | 'created_at'>

/** An item of every kind, with the secret wherever its kind has something private. */
const itemOf: { [T in ThreadItemType]: (fields: Fields) => Extract<ThreadItem, { type: T }> } = {
  user_message: (fields) => ({
    ...fields,
    type: 'user_message',
    content: [],
    attachments: [privateAttachment],
    inference_options: {},
  }),
  assistant_message: (fields) => ({ ...fields, type: 'assistant_message', content: [] }),
  client_tool_call: (fields) => ({
    ...fields,
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'c',
    name: 'f',
    arguments: {},
  }),
  widget: (fields) => ({ ...fields, type: 'widget', widget: { type: 'Card', children: [] } }),
  generated_image: (fields) => ({ ...fields, type: 'generated_image' }),
  structured_input: (fields) => ({ ...fields, type: 'structured_input', status: 'pending', inputs: [] }),
  workflow: (fields) => ({
    ...fields,
    type: 'workflow',
    workflow: { type: 'custom', tasks: [], expanded: false },
  }),
  task: (fields) => ({ ...fields, type: 'task', task: { type: 'image', status_indicator: 'none' } }),
  end_of_turn: (fields) => ({ ...fields, type: 'end_of_turn' }),
  hidden_context_item: (fields) => ({ ...fields, type: 'hidden_context_item', content: { note: SECRET } }),
  sdk_hidden_context: (fields) => ({ ...fields, type: 'sdk_hidden_context', content: SECRET }),
}
const itemTypes = Object.keys(itemOf) as ThreadItemType[]
const hiddenTypes = ['hidden_context_item', 'sdk_hidden_context'] as const

const widget = { type: 'Card' as const, note: SECRET }
const part = { type: 'output_text' as const, text: SECRET, annotations: [] }
const task = { type: 'thought' as const, content: SECRET, status_indicator: 'none' as const }
/** An update of every kind, all private: they are sent for hidden items only. */
const updates: { [T in ItemUpdate['type']]: Omit<Extract<ItemUpdate, { type: T }>, 'type'> } = {
  'assistant_message.content_part.added': { content_index: 0, content: part },
  'assistant_message.content_part.text_delta': { content_index: 0, delta: SECRET },
  'assistant_message.content_part.annotation_added': {
    content_index: 0,
    annotation_index: 0,
    annotation: { type: 'annotation', source: { type: 'file', title: SECRET, filename: 'x' } },
  },
  'assistant_message.content_part.done': { content_index: 0, content: part },
  'widget.streaming_text.value_delta': { component_id: 'x', delta: SECRET, done: false },
  'widget.component.updated': { component_id: 'x', component: widget },
  'widget.root.updated': { widget },
  'workflow.task.added': { task_index: 0, task },
  'workflow.task.updated': { task_index: 0, task },
  'generated_image.updated': { image: { id: 'x', url: `https://example.com/${SECRET}` } },
}

type Maker = (turn: Turn<Person>) => ThreadStreamEvent[]
const each = (turn: Turn<Person>, event: (item: ThreadItem) => ThreadStreamEvent): ThreadStreamEvent[] =>
  itemTypes.map((type) => event(itemOf[type](fieldsOf(turn))))
const threadOf = (turn: Turn<Person>): Extract<ThreadStreamEvent, { type: 'thread.created' }>['thread'] => ({
  ...turn.thread,
  metadata: { note: SECRET },
  items: { data: itemTypes.map((type) => itemOf[type](fieldsOf(turn))), has_more: false },
})
const fieldsOf = (turn: Turn<Person>): Fields => ({
  id: turn.generateId('msg'),
  thread_id: turn.thread.id,
  created_at: turn.now().toISOString(),
})

/** Events of every kind that `respond()` may yield. */
const eventsOf: { [T in ThreadStreamEventType]: Maker } = {
  'thread.created': (turn) => [{ type: 'thread.created', thread: threadOf(turn) }],
  'thread.updated': (turn) => [{ type: 'thread.updated', thread: threadOf(turn) }],
  'thread.item.added': (turn) => each(turn, (item) => ({ type: 'thread.item.added', item })),
  'thread.item.done': (turn) => each(turn, (item) => ({ type: 'thread.item.done', item })),
  'thread.item.replaced': (turn) => each(turn, (item) => ({ type: 'thread.item.replaced', item })),
  'thread.item.updated': (turn) =>
    hiddenTypes.flatMap((type): ThreadStreamEvent[] => {
      const item = { ...itemOf[type](fieldsOf(turn)), id: `hidden_${SECRET}_${type}` }
      return [
        { type: 'thread.item.added', item },
        ...Object.entries(updates).map(([kind, update]): ThreadStreamEvent => ({
          type: 'thread.item.updated',
          item_id: item.id,
          update: { type: kind, ...update } as ItemUpdate,
        })),
      ]
    }),
  'thread.item.removed': (turn) =>
    hiddenTypes.flatMap((type): ThreadStreamEvent[] => {
      const item = { ...itemOf[type](fieldsOf(turn)), id: `gone_${SECRET}_${type}` }
      return [
        { type: 'thread.item.done', item },
        { type: 'thread.item.removed', item_id: item.id },
      ]
    }),
  stream_options: () => [{ type: 'stream_options', stream_options: { allow_cancel: false } }],
  progress_update: () => [{ type: 'progress_update', text: 'x' }],
  client_effect: () => [{ type: 'client_effect', name: 'x', data: {} }],
  error: () => [{ type: 'error', code: 'custom', message: 'x', allow_retry: false }],
  notice: () => [{ type: 'notice', level: 'info', message: 'x' }],
}

async function* respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
  turn.thread.metadata.note = SECRET
  for (const make of Object.values(eventsOf)) yield* make(turn)
  const [first] = turn.userMessage?.content ?? []
  if (first?.text === 'fail') throw new Error(SECRET)
  if (first?.text === 'fail coded') throw new StreamError(SECRET, { code: 'stream.error' })
  if (first?.text === 'hang') {
    const item = itemOf.assistant_message(fieldsOf(turn))
    yield { type: 'thread.item.added', item }
    yield { type: 'thread.item.added', item: itemOf.hidden_context_item(fieldsOf(turn)) }
    await aborted(turn.signal)
  }
}

const message = (text: string, ids: string[] = []): object => ({
  content: [{ type: 'input_text', text }],
  attachments: ids,
  inference_options: {},
})

interface Ids {
  thread: string
  of: Record<ThreadItemType, string>
  attachment: string
}

/** Requests of every kind, over a thread that holds items of every kind. */
const requests: { [T in RequestType]: (ids: Ids) => object[] } = {
  'threads.create': ({ attachment }) => [{ input: message('Hi', [attachment]) }, { input: message('fail') }],
  'threads.add_user_message': ({ thread, attachment }) => [
    { thread_id: thread, input: message('Hi', [attachment]) },
    { thread_id: thread, input: message('fail coded') },
  ],
  'threads.add_client_tool_output': ({ thread }) => [{ thread_id: thread, result: 1 }],
  'threads.add_structured_input': ({ thread, of }) =>
    [of.structured_input, of.hidden_context_item].map((id) => ({
      thread_id: thread,
      item_id: id,
      input: {},
    })),
  'threads.retry_after_item': ({ thread, of }) =>
    [of.sdk_hidden_context, of.hidden_context_item, of.widget, of.user_message].map((id) => ({
      thread_id: thread,
      item_id: id,
    })),
  'threads.custom_action': ({ thread, of }) =>
    [of.widget, of.hidden_context_item].map((id) => ({
      thread_id: thread,
      item_id: id,
      action: { type: 'go' },
    })),
  'threads.sync_custom_action': ({ thread, of }) => [
    ...itemTypes.map((type) => ({ thread_id: thread, item_id: of.widget, action: { type } })),
    { thread_id: thread, item_id: of.hidden_context_item, action: { type: 'go' } },
    { thread_id: thread, action: { type: 'fail' } },
  ],
  'threads.stop': ({ thread }) => [{ thread_id: thread }],
  'threads.resume': ({ thread }) => [{ thread_id: thread }],
  'threads.get_by_id': ({ thread }) => [{ thread_id: thread }],
  'threads.list': () => [{}],
  'threads.update': ({ thread }) => [{ thread_id: thread, title: 'T' }],
  'threads.delete': ({ thread }) => [{ thread_id: thread }],
  'items.list': ({ thread, of }) => [
    { thread_id: thread, order: 'asc' },
    { thread_id: thread, after: of.hidden_context_item },
  ],
  'items.feedback': ({ thread, of }) =>
    [of.assistant_message, of.hidden_context_item].map((id) => ({
      thread_id: thread,
      item_ids: [id],
      kind: 'positive',
    })),
  'attachments.create': () => [{ name: 'a.txt', size: 1, mime_type: 'text/plain' }],
  'attachments.delete': ({ attachment }) => [{ attachment_id: attachment }],
  'input.transcribe': () => [{ audio_base64: '', mime_type: 'audio/mp4' }],
}

class Wire {
  readonly store: MemoryStore<Person>
  readonly server: HookedServer
  sent = ''
  readonly #fetch: (request: Request) => Promise<Response>

  constructor(store = new MemoryStore<Person>()) {
    this.store = store
    this.server = new HookedServer(
      {
        respond,
        action: (turn) => respond({ ...turn, userMessage: undefined }),
        syncAction: ({ action, thread, now }) => {
          if (action.type === 'fail') throw new Error(SECRET)
          const fields = { id: 'msg_x', thread_id: thread.id, created_at: now().toISOString() }
          return itemOf[action.type as ThreadItemType](fields)
        },
        addFeedback: () => {
          throw new Error(SECRET)
        },
        transcribe: () => {
          throw new Error(SECRET)
        },
      },
      { store, attachmentStore: attachments },
    )
    this.#fetch = createChatKitHandler(this.server, { authenticate: () => ada }).fetch
  }

  post(type: string, params: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(
      new Request('http://localhost/', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-chatkit-client': 'stop', ...headers },
        body: JSON.stringify({ type, params }),
      }),
    )
  }

  /** Sends a request and keeps every byte of the reply. */
  async ask(type: string, params: object, headers: Record<string, string> = {}): Promise<string> {
    const response = await this.post(type, params, headers)
    const text = `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
    this.sent += text
    return text
  }

  /** Every place in what was sent at which the secret stands. */
  leaks(): string[] {
    return [...this.sent.matchAll(new RegExp(`.{0,200}${SECRET}`, 'g'))].map(([place]) => place)
  }

  async settle(): Promise<Ids> {
    const created = await this.ask('attachments.create', { name: 'a.txt', size: 1, mime_type: 'text/plain' })
    const attachment = /atc_\w+/.exec(created)?.[0] ?? ''
    const thread =
      /thr_\w+/.exec(await this.ask('threads.create', { input: message('Hi', [attachment]) }))?.[0] ?? ''
    const scope = { owner: 'ada', context: ada }
    const { data } = await this.store.listItems(thread, { limit: 100, order: 'asc', include: 'all' }, scope)
    const of = Object.fromEntries(data.toReversed().map(({ id, type }) => [type, id])) as Ids['of']
    const stored = JSON.stringify([data, await this.store.loadThread(thread, scope)])
    if (!stored.includes(SECRET) || itemTypes.some((type) => !of[type])) throw new Error('nothing to leak')
    return { thread, of, attachment }
  }
}

describe('hidden items and private metadata', () => {
  it.each(Object.entries(requests))('stay behind in every reply to %s', async (type, paramsOf) => {
    const wire = new Wire()
    for (const params of paramsOf(await wire.settle())) await wire.ask(type, params)
    expect(wire.leaks()).toEqual([])
    expect(wire.sent).toContain('"metadata":{}')
  })

  it('stay behind when a thread is opened while it is being answered, stopped and resumed', async () => {
    const wire = new Wire()
    const { thread } = await wire.settle()
    const running = await wire.post('threads.add_user_message', { thread_id: thread, input: message('hang') })
    const run = (running.headers.get('x-chatkit-run') ?? '').split(':')[0] ?? ''
    await wire.ask('threads.get_by_id', { thread_id: thread })
    await wire.ask('items.list', { thread_id: thread })
    expect(await wire.ask('threads.stop', { thread_id: thread })).toContain('"stopped":true')
    wire.sent += await running.text()
    expect(await wire.ask('threads.resume', { thread_id: thread, after: `${run}:1` })).toContain(`${run}:2`)
    await wire.ask('threads.get_by_id', { thread_id: thread }, { 'last-event-id': `${run}:3` })
    expect(wire.leaks()).toEqual([])
  })

  it('stay behind when a log is gone and its items are told instead', async () => {
    const wire = new Wire(new MemoryStore<Person>({ maxLogBytes: 0 }))
    const { thread } = await wire.settle()
    const text = await wire.ask('threads.add_user_message', { thread_id: thread, input: message('Hi') })
    const run = /run_\w+/.exec(text)?.[0] ?? ''
    expect(await wire.ask('threads.resume', { thread_id: thread, after: `${run}:0` })).toContain(
      'end_of_turn',
    )
    expect(wire.leaks()).toEqual([])
  })
})

describe('a key without a value', () => {
  it('is left out of every event and reply, however deep; in a list it keeps its place', async () => {
    const wire = new Wire()
    const tag = { type: 'input_tag', id: 't', text: 'T', data: { a: null, b: [null, { c: null }] } }
    const input = { content: [tag], attachments: [], inference_options: {}, quoted_text: null }
    const text = await wire.ask('threads.create', { input })
    const thread = /thr_\w+/.exec(text)?.[0] ?? ''
    for (const sent of [text, await wire.ask('items.list', { thread_id: thread, order: 'asc' })]) {
      expect(sent).toContain('"data":{"b":[null,{}]}')
      expect(sent).not.toContain(':null')
    }
  })
})
