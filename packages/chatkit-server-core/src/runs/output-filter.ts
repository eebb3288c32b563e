import type { EventOf, ThreadStreamEvent } from '../protocol/events.ts'
import type { AssistantMessageItem, ThreadItem } from '../protocol/items.ts'
import { threadForClient } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { ThreadChanges } from '../store/thread-store.ts'
import type { TurnStore } from '../store/turn-store.ts'
import type { OutputTurn, TransformOutput } from '../transform-output.ts'
import { withoutWords, withChanges } from './changed-thread.ts'

/** How long the hook may take for what is not part of the stream: nothing else ends the wait for it. */
const PATIENCE_MS = 5_000

/** Takes all output of one turn through the application's `transformOutput`. */
export class OutputFilter {
  readonly #transform: (event: ThreadStreamEvent) => ReturnType<TransformOutput<unknown>>

  constructor(transform: (event: ThreadStreamEvent) => ReturnType<TransformOutput<unknown>>) {
    this.#transform = transform
  }

  /** Undefined where the application has no such hook: then nothing is waited for. */
  static of<TContext>(
    transform: TransformOutput<TContext> | undefined,
    turn: OutputTurn<TContext>,
  ): OutputFilter | undefined {
    return transform && new OutputFilter((event) => transform(event, turn))
  }

  /** The events of an answer. Inside of its stream, so that a stop or a limit ends the wait for the hook, too. */
  async *events(events: AsyncIterable<ThreadStreamEvent>): AsyncGenerator<ThreadStreamEvent> {
    for await (const event of events) {
      const passed = await this.#transform(event)
      if (passed) yield passed
    }
  }

  /** An item that is stored without an event of the answer; undefined where it is dropped. */
  async item(item: ThreadItem): Promise<ThreadItem | undefined> {
    const passed = await this.#within({ type: 'thread.item.done', item })
    return passed?.type === 'thread.item.done' ? passed.item : undefined
  }

  /** The words of unfinished messages. All of them pass before one is kept. */
  async messages(messages: AssistantMessageItem[]): Promise<AssistantMessageItem[]> {
    const passed: AssistantMessageItem[] = []
    for (const message of messages) {
      const item = await this.item(message)
      if (item?.type === 'assistant_message') passed.push(item)
    }
    return passed
  }

  /** An error has to be told: where the hook drops it, or fails, it is told without its words. Never rejects. */
  async error(event: EventOf<'error'>): Promise<EventOf<'error'>> {
    if (event.message === undefined) return event
    const passed = await this.#within(event).catch(() => undefined)
    if (passed?.type === 'error') return passed
    return { type: 'error', code: event.code, allow_retry: event.allow_retry }
  }

  /** What is saved of a thread's changes: where the hook drops them, all but the words. `thread` has them already. */
  async changes(changes: ThreadChanges, thread: Thread): Promise<ThreadChanges> {
    const { title, status, allowed_image_domains: domains } = changes
    // The metadata is nobody's to see.
    if (title === undefined && status === undefined && domains === undefined) return changes
    const passed = await this.#within({ type: 'thread.updated', thread: threadForClient(thread) })
    if (passed?.type !== 'thread.updated') return withoutWords(changes)
    return {
      ...changes,
      ...(title === undefined ? {} : { title: passed.thread.title ?? null }),
      ...(status === undefined ? {} : { status: passed.thread.status }),
      ...(domains === undefined
        ? {}
        : { allowed_image_domains: passed.thread.allowed_image_domains ?? null }),
    }
  }

  /** The store for the application's own hand: what it writes of an answer passes, too. */
  store(store: TurnStore): TurnStore {
    return {
      ...store,
      saveItem: async (threadId, item) => {
        const passed = await this.item(item)
        if (passed) await store.saveItem(threadId, passed)
      },
      saveThread: async (threadId, changes) => {
        const thread = withChanges(await store.loadThread(threadId), changes)
        return store.saveThread(threadId, await this.changes(changes, thread))
      },
    }
  }

  async #within(event: ThreadStreamEvent): Promise<ThreadStreamEvent | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`transformOutput gave no answer to ${event.type} within ${PATIENCE_MS} ms.`))
      }, PATIENCE_MS)
    })
    try {
      return await Promise.race([this.#transform(event), late])
    } finally {
      clearTimeout(timer)
    }
  }
}
