import { ChatKitServer, createChatKitHandler, type Turn } from '@robolearn/chatkit-server-core'
import { toNodeHandler, type NodeHandler } from '@robolearn/chatkit-server-core/node'
import { PostgresStore } from '@robolearn/store-postgres'

interface Context {
  owner: string
}

/** How many items of the thread an answer reads before it begins. */
const HISTORY = 20
const DELTAS = 10

/** The whole way: protocol, runs and PostgreSQL behind `toNodeHandler`. */
class BenchServer extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    await turn.store.listItems(turn.thread.id, { limit: HISTORY, order: 'desc', include: 'all' })
    const item = {
      id: turn.generateId('msg'),
      thread_id: turn.thread.id,
      created_at: turn.now().toISOString(),
      type: 'assistant_message' as const,
      content: [],
    }
    yield { type: 'thread.item.added' as const, item }
    for (let index = 0; index < DELTAS; index++) {
      yield {
        type: 'thread.item.updated' as const,
        item_id: item.id,
        update: {
          type: 'assistant_message.content_part.text_delta' as const,
          content_index: 0,
          delta: 'word ',
        },
      }
    }
    yield { type: 'thread.item.done' as const, item }
  }
}

export function chatKitListener(databaseUrl: string): NodeHandler {
  const server = new BenchServer({
    store: new PostgresStore<Context>({ connectionString: databaseUrl }),
    owner: (context) => context.owner,
  })
  const handler = createChatKitHandler(server, {
    authenticate: (request) => ({ owner: request.headers.get('authorization') ?? '' }),
  })
  return toNodeHandler(handler)
}
