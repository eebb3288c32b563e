import {
  ChatKitServer,
  MemoryStore,
  readEvents,
  type AssistantMessageItem,
  type ChatKitServerOptions,
  type ProcessOptions,
  type RunReader,
  type ThreadStreamEvent,
  type Turn,
} from '../src/index.ts'

export interface User {
  userId: string
}

type Respond = (turn: Turn<User>) => AsyncIterable<ThreadStreamEvent> | Iterable<ThreadStreamEvent>

export const ada: User = { userId: 'ada' }
export const grace: User = { userId: 'grace' }

/** A server whose `respond()` is a function of the test. */
export class TestServer extends ChatKitServer<User> {
  readonly store: MemoryStore<User>
  readonly errors: unknown[]
  readonly #respond: Respond

  constructor(respond: Respond, options: Partial<ChatKitServerOptions<User>> = {}) {
    const store = new MemoryStore<User>()
    const errors: unknown[] = []
    super({
      store,
      owner: ({ userId }) => userId,
      ...options,
      hooks: { onError: (error) => errors.push(error), ...options.hooks },
    })
    this.store = store
    this.errors = errors
    this.#respond = respond
  }

  override async *respond(turn: Turn<User>): AsyncGenerator<ThreadStreamEvent> {
    yield* this.#respond(turn)
  }

  /** The reader of a streaming request. */
  async reader(body: object, context: User = ada, options: ProcessOptions = {}): Promise<RunReader> {
    const reply = await this.process(body, context, options)
    if (reply.kind !== 'stream') throw new Error('a JSON reply')
    return reply.reader
  }

  /** All events of a streaming request, read to the end. */
  async events(
    body: object,
    context: User = ada,
    options: ProcessOptions = {},
  ): Promise<ThreadStreamEvent[]> {
    const events: ThreadStreamEvent[] = []
    for await (const event of readEvents(await this.reader(body, context, options))) events.push(event)
    return events
  }

  /** The value of a plain request. */
  async json<T>(body: object, context: User = ada): Promise<T> {
    const reply = await this.process(body, context)
    if (reply.kind !== 'json') throw new Error('a stream')
    return JSON.parse(reply.json) as T
  }

  /** Sends a first message and gives the new thread's id. */
  async newThread(text = 'Hello', context: User = ada): Promise<string> {
    const [created] = await this.events(create(text), context)
    if (created?.type !== 'thread.created') throw new Error('no thread.created')
    return created.thread.id
  }
}

export const input = (text: string): object => ({
  content: [{ type: 'input_text', text }],
  attachments: [],
  inference_options: {},
})
export const create = (text: string): object => ({ type: 'threads.create', params: { input: input(text) } })
export const add = (threadId: string, text: string): object => ({
  type: 'threads.add_user_message',
  params: { thread_id: threadId, input: input(text) },
})

export function answer(turn: Turn<User>, text: string): AssistantMessageItem {
  return {
    id: turn.generateId('msg'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type: 'assistant_message',
    content: text === '' ? [] : [{ type: 'output_text', text, annotations: [] }],
  }
}

/** The events of an answer that begins, streams and is not done. */
export function* beginning(item: AssistantMessageItem, ...deltas: string[]): Generator<ThreadStreamEvent> {
  yield { type: 'thread.item.added', item }
  for (const delta of deltas) {
    yield {
      type: 'thread.item.updated',
      item_id: item.id,
      update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
    }
  }
}
