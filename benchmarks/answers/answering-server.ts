import { setTimeout } from 'node:timers/promises'
import {
  ChatKitServer,
  createChatKitHandler,
  type Store,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { toNodeHandler, type NodeHandler } from '@robolearn/chatkit-server-core/node'
import { nowUs, parseOrder, wordAt, type AnswerOrder } from './answer-order.ts'

export interface Context {
  owner: string
}

/** How many items of the thread an answer reads before it begins. */
const HISTORY = 20
/** Of the thread, of the message, of the options, of the item. */
const EVENTS_BEFORE_WORDS = 4

/** Reads the history, then says what it was told to say, in the pace that it was told. */
export class AnsweringServer extends ChatKitServer<Context> {
  readonly #begun: { order: AnswerOrder; startedMs: number }[] = []

  /** How many events there would be by now if storing them took no time. */
  eventsDue(): number {
    const now = performance.now()
    return this.#begun.reduce((sum, { order, startedMs }) => {
      const { deltas, perSecond = Number.POSITIVE_INFINITY } = order
      const due = Math.floor(((now - startedMs) / 1000) * perSecond) + 1
      return sum + EVENTS_BEFORE_WORDS + Math.min(deltas, due)
    }, 0)
  }

  async *respond(turn: Turn<Context>): AsyncGenerator<ThreadStreamEvent> {
    const [first] = turn.userMessage?.content ?? []
    const order = parseOrder(first?.text ?? '')
    await turn.store.listItems(turn.thread.id, { limit: HISTORY, order: 'desc', include: 'all' })
    const item = {
      id: turn.generateId('msg'),
      thread_id: turn.thread.id,
      created_at: turn.now().toISOString(),
      type: 'assistant_message' as const,
      content: [],
    }
    const startedMs = performance.now()
    this.#begun.push({ order, startedMs })
    yield { type: 'thread.item.added', item }
    for (let index = 0; index < order.deltas; index++) {
      if (order.perSecond !== undefined) {
        const waitMs = startedMs + (index * 1000) / order.perSecond - performance.now()
        if (waitMs > 0) await setTimeout(Math.ceil(waitMs))
      }
      yield {
        type: 'thread.item.updated',
        item_id: item.id,
        update: {
          type: 'assistant_message.content_part.text_delta',
          content_index: 0,
          delta: order.text === 'words' ? wordAt(index) : `${nowUs()} `,
        },
      }
    }
    yield { type: 'thread.item.done', item }
  }
}

/** Everything that a request passes: protocol, runs and store behind `toNodeHandler`. */
export function listen(store: Store<Context>): { server: AnsweringServer; listener: NodeHandler } {
  const server = new AnsweringServer({
    store,
    owner: (context) => context.owner,
    limits: { activeRunsPerOwner: 1_000 },
  })
  const handler = createChatKitHandler(server, {
    authenticate: (request) => ({ owner: request.headers.get('authorization') ?? '' }),
  })
  return { server, listener: toNodeHandler(handler) }
}
