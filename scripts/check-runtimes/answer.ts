// In a project of its own: a server that answers as the recording's script says.
import { readFileSync } from 'node:fs'
import {
  ChatKitServer,
  createChatKitHandler,
  generateId,
  MemoryStore,
  threadStreamEventSchema,
  type Turn,
} from '@robolearn/chatkit-server-core'

interface Recording {
  script: { respond: { emit: object }[][] }
  steps: { request: object; events?: object[]; json?: object }[]
}

export const TIME = '2026-01-01T00:00:00.000Z'
export const recording = JSON.parse(readFileSync('recording.json', 'utf8')) as Recording

interface Context {
  userId: string
}

class ScriptedServer extends ChatKitServer<Context> {
  async *respond({ thread }: Turn<Context>) {
    for (const { emit } of recording.script.respond[0] ?? []) {
      const text = JSON.stringify(emit).replaceAll('$thread', thread.id).replaceAll('<time>', TIME)
      yield threadStreamEventSchema.parse(JSON.parse(text))
    }
  }
}

const counts = new Map<string, number>()
const server = new ScriptedServer({
  store: new MemoryStore<Context>(),
  owner: ({ userId }) => userId,
  clock: () => new Date(TIME),
  generateId: (kind) => {
    if (kind === 'run') return generateId(kind)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    return `${kind}_${counts.get(kind)}`
  },
})

export const handler = createChatKitHandler(server, {
  authenticate: ({ headers }) => (headers.get('authorization') === 'ada' ? { userId: 'ada' } : undefined),
})
