import { EventSourceParserStream } from 'eventsource-parser/stream'
import { createChatKitHandler, readEvents, type ChatKitServer } from '../../src/index.ts'
import type { Person } from './scripted-server.ts'

/** What a client gets: parsed JSON, as it came. */
export type Answer =
  | { kind: 'json'; value: unknown }
  | { kind: 'stream'; events: AsyncIterable<Record<string, unknown>> }

/** A way into a server. `send` rejects where the request is refused. */
export interface Door {
  name: string
  open: (server: ChatKitServer<Person>, person: Person) => (request: object) => Promise<Answer>
}

const processDoor: Door = {
  name: 'process()',
  open: (server, person) => async (request) => {
    const reply = await server.process(request, person)
    if (reply.kind === 'json') return { kind: 'json', value: JSON.parse(reply.json) }
    return { kind: 'stream', events: readEvents(reply.reader) }
  },
}

const httpDoor: Door = {
  name: 'HTTP',
  open: (server, person) => {
    const handler = createChatKitHandler(server, { authenticate: () => person })
    return async (request) => {
      const response = await handler.fetch(
        new Request('http://localhost/chatkit', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(request),
        }),
      )
      if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`)
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
        return { kind: 'json', value: await response.json() }
      }
      if (!response.body) throw new Error('a stream without a body')
      return { kind: 'stream', events: readSse(response.body) }
    }
  },
}

async function* readSse(body: ReadableStream<Uint8Array>): AsyncGenerator<Record<string, unknown>> {
  const messages = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  for await (const { data } of messages) yield JSON.parse(data) as Record<string, unknown>
}

export const DOORS: readonly Door[] = [processDoor, httpDoor]
