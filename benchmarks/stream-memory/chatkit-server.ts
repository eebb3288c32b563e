import { setImmediate } from 'node:timers/promises'
import { ChatKitServer, createChatKitHandler, MemoryStore, type Turn } from '@robolearn/chatkit-server-core'
import { toNodeHandler, type NodeHandler } from '@robolearn/chatkit-server-core/node'
import { deltaEvent, parseOrder } from './answer-events.ts'

interface Context {
  owner: string
}

/** The whole way: protocol, runs and memory store behind `toNodeHandler`. */
class BenchServer extends ChatKitServer<Context> {
  async *respond(turn: Turn<Context>) {
    const [first] = turn.userMessage?.content ?? []
    const { pacing, deltas } = parseOrder(first?.text ?? '')
    if (pacing === 'idle') {
      await new Promise((resolve) => turn.signal.addEventListener('abort', resolve))
      return
    }
    const item = {
      id: turn.generateId('msg'),
      thread_id: turn.thread.id,
      created_at: turn.now().toISOString(),
      type: 'assistant_message' as const,
      content: [],
    }
    yield { type: 'thread.item.added' as const, item }
    for (let index = 0; index < deltas; index++) {
      yield deltaEvent(item.id, index)
      if (pacing === 'single') await setImmediate()
    }
    yield { type: 'thread.item.done' as const, item }
  }
}

export function chatKitListener(): NodeHandler {
  const server = new BenchServer({
    store: new MemoryStore(),
    owner: (context) => context.owner,
    limits: { activeRunsPerOwner: 20_000, idleMs: 3_600_000, maxRunMs: 3_600_000 },
  })
  const handler = createChatKitHandler(server, {
    authenticate: (request) => ({ owner: request.headers.get('authorization') ?? '' }),
  })
  return toNodeHandler(handler)
}
