import { Agent, Runner } from '@openai/agents'
import { ChatKitServer, MemoryStore, type ThreadStreamEvent, type Turn } from '@robolearn/chatkit-server-core'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { streamAgentResponse, toAgentInput } from '../src/index.ts'
import { ada, loadThread, type Person } from './ask.ts'
import { type ApiReply, startResponsesApi } from './responses-api.ts'

interface AgentData {
  name: string
  instructions: string
  handoffs?: AgentData[]
}

interface Recording {
  about: string
  agent: AgentData
  steps: {
    request: { type: string; params: Record<string, unknown> }
    model: ApiReply[]
    events: unknown[]
    stored: unknown[]
    model_requests: number
  }[]
}

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/conformance/${name}.json`, import.meta.url), 'utf8')) as Recording

/** Everything in the thread, converted, answered by the agent, passed on: nothing of this package's own server. */
class RecordedServer extends ChatKitServer<Person> {
  readonly #agent: Agent
  readonly #runner: Runner

  constructor(agent: Agent, runner: Runner) {
    super({ store: new MemoryStore(), owner: (person) => person.userId, onError: () => {} })
    this.#agent = agent
    this.#runner = runner
  }

  async *respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    const page = await turn.store.listItems(turn.thread.id, { limit: 100, order: 'asc', include: 'all' })
    const result = await this.#runner.run(this.#agent, toAgentInput(page.data), { stream: true })
    yield* streamAgentResponse(turn, result)
  }
}

const toAgent = ({ name, instructions, handoffs = [] }: AgentData): Agent =>
  new Agent({ name, instructions, model: 'test-model', handoffs: handoffs.map(toAgent) })

/** Names ids in the order in which they first appear, as the recordings do. */
function createNaming() {
  const names = new Map<string, string>()
  let items = 0
  return (value: unknown): unknown => {
    const json = JSON.stringify(value)
      .replaceAll(/(thr|msg)_[0-9a-z]{30}/g, (id, kind: string) => {
        if (!names.has(id)) names.set(id, kind === 'thr' ? 'thread_1' : `item_${++items}`)
        return names.get(id) ?? id
      })
      .replaceAll(/"created_at":"[^"]+"/g, '"created_at":"<time>"')
    return JSON.parse(json)
  }
}

describe('recorded streams', () => {
  let api: Awaited<ReturnType<typeof startResponsesApi>> | undefined
  afterEach(() => api?.close())

  it.each(['agent-plain-text', 'agent-two-parts', 'agent-hand-off', 'agent-model-refuses-request'])(
    'replay as they were: %s',
    async (name) => {
      const { agent, steps } = load(name)
      api = await startResponsesApi()
      const runner = new Runner({ modelProvider: api.provider, tracingDisabled: true })
      const server = new RecordedServer(toAgent(agent), runner)
      const rename = createNaming()
      let threadId = ''
      for (const step of steps) {
        api.replies.push(...step.model)
        const before = api.received.length
        const request = JSON.parse(JSON.stringify(step.request).replaceAll('$thread', threadId)) as object
        const reply = await server.process(request, ada)
        if (reply.kind !== 'stream') throw new Error('expected a stream')
        const events: ThreadStreamEvent[] = []
        for (let next = await reply.reader.next(); next.length > 0; next = await reply.reader.next()) {
          events.push(...next.map(({ event }) => event))
        }
        for (const event of events) if (event.type === 'thread.created') threadId = event.thread.id
        expect(rename(events)).toEqual(step.events)
        const { items } = await loadThread(server, ada, threadId)
        expect(rename(items.data)).toEqual(step.stored)
        expect(api.received.length - before).toBe(step.model_requests)
      }
    },
  )
})
