import {
  ChatKitServer,
  type ActionTurn,
  type ChatKitServerOptions,
  type FeedbackInput,
  type LogEntry,
  type MemoryStore,
  type ProcessOptions,
  type RunReader,
  type SyncActionInput,
  type ThreadItem,
  type ThreadStreamEvent,
  type ThreadWithItems,
  type TranscribeInput,
  type Turn,
} from '../src/index.ts'

export interface Person {
  userId: string
  tenant?: string
}

type Events = AsyncIterable<ThreadStreamEvent> | Iterable<ThreadStreamEvent>

/** What the hooks of a test do. What is left out does nothing. */
export interface Hooks {
  respond?: (turn: Turn<Person>) => Events
  action?: (turn: ActionTurn<Person>) => Events
  syncAction?: (input: SyncActionInput<Person>) => ThreadItem | undefined | Promise<ThreadItem | undefined>
  addFeedback?: (input: FeedbackInput<Person>) => void
  transcribe?: (input: TranscribeInput<Person>) => { text: string }
}

type Options = Partial<ChatKitServerOptions<Person>> & { store: MemoryStore<Person> }

/** A server that offers every hook. */
export class HookedServer extends ChatKitServer<Person> {
  readonly hooks: Hooks
  readonly store: MemoryStore<Person>
  readonly errors: unknown[] = []

  constructor(hooks: Hooks, options: Options) {
    const errors: unknown[] = []
    super({
      owner: ({ userId, tenant }) => (tenant === undefined ? userId : { owner: userId, tenant }),
      ...options,
      hooks: { onError: (error) => errors.push(error), ...options.hooks },
    })
    this.hooks = hooks
    this.store = options.store
    this.errors = errors
  }

  override async *respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    yield* this.hooks.respond?.(turn) ?? []
  }

  override async *action(turn: ActionTurn<Person>): AsyncGenerator<ThreadStreamEvent> {
    yield* this.hooks.action?.(turn) ?? []
  }

  override async syncAction(input: SyncActionInput<Person>): Promise<ThreadItem | undefined> {
    return this.hooks.syncAction?.(input)
  }

  override async addFeedback(input: FeedbackInput<Person>): Promise<void> {
    this.hooks.addFeedback?.(input)
  }

  override async transcribe(input: TranscribeInput<Person>): Promise<{ text: string }> {
    return this.hooks.transcribe?.(input) ?? { text: '' }
  }

  /** Sends a streaming request and follows its events. */
  async follow(body: object, context: Person, options: ProcessOptions = {}): Promise<Following> {
    const reply = await this.process(body, context, { clientFinishes: true, ...options })
    if (reply.kind !== 'stream') throw new Error(`a plain reply: ${reply.json}`)
    return new Following(reply.reader)
  }

  /** Sends a plain request. */
  async ask<T>(body: object, context: Person): Promise<T> {
    const reply = await this.process(body, context)
    if (reply.kind !== 'json') throw new Error('a stream')
    return JSON.parse(reply.json) as T
  }

  async thread(threadId: string, context: Person): Promise<ThreadWithItems> {
    return this.ask({ type: 'threads.get_by_id', params: { thread_id: threadId } }, context)
  }
}

/** A reader and what it has read. */
export class Following {
  readonly reader: RunReader
  readonly entries: LogEntry[] = []

  constructor(reader: RunReader) {
    this.reader = reader
  }

  get events(): ThreadStreamEvent[] {
    return this.entries.map(({ json }) => JSON.parse(json) as ThreadStreamEvent)
  }

  get threadId(): string {
    const [first] = this.events
    if (first?.type !== 'thread.created') throw new Error('the stream does not begin with its thread')
    return first.thread.id
  }

  /** Reads until an event of this type has come, or the given number of them. */
  async until(type: ThreadStreamEvent['type'], times = 1): Promise<this> {
    while (this.events.filter((event) => event.type === type).length < times) {
      const entries = await this.reader.next()
      if (entries.length === 0) throw new Error(`the stream ended without ${type}: ${this.types().join(' ')}`)
      this.entries.push(...entries)
    }
    return this
  }

  /** Reads to the end. `seen` is called with each entry as it comes. */
  async toEnd(seen: (entry: LogEntry) => void = () => {}): Promise<this> {
    for (let entries = await this.reader.next(); entries.length > 0; entries = await this.reader.next()) {
      this.entries.push(...entries)
      entries.forEach(seen)
    }
    return this
  }

  types(): string[] {
    return this.events.map(({ type }) => type)
  }
}

/** The words of messages; of other items their type. */
export const wordsOf = (items: ThreadItem[]): string[] =>
  items.map((item) =>
    item.type === 'assistant_message' || item.type === 'user_message'
      ? item.content.map(({ text }) => text).join('')
      : item.type,
  )

/** Waits for the promise of nothing: what a model that hangs and ignores its signal does. */
export const forEver = (): Promise<never> => new Promise(() => {})

/** Resolves when the signal fires: what a model that heeds it does. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
