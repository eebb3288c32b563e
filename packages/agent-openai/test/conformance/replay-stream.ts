import { Agent, Runner } from '@openai/agents'
import {
  ChatKitServer,
  MemoryStore,
  readEvents,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { firstDifference } from '../../../chatkit-server-core/test/conformance/first-difference.ts'
import { createAgentContext, streamAgentResponse, toAgentInput } from '../../src/index.ts'
import { ada, loadThread, type Person } from '../ask.ts'
import { type ApiReply, startResponsesApi } from '../responses-api.ts'

interface AgentData {
  name: string
  instructions: string
  handoffs?: AgentData[]
}

interface Step {
  request: { type: string; params: Record<string, unknown> }
  model: ApiReply[]
  events: unknown[]
  stored: unknown[]
  model_requests: number
}

export interface StreamRecording {
  kind: 'stream'
  compare: string
  agent: AgentData
  steps: Step[]
}

/** What this replay knows. A recording with more is not passed over: it fails. */
const AGENT_FIELDS = ['name', 'instructions', 'handoffs']
const STEP_FIELDS = ['request', 'model', 'events', 'stored', 'model_requests']

/**
 * Plays the model's recorded events to the bridge and gives the first difference between what was recorded and what
 * came out.
 */
export async function replayStream({ agent, compare, steps }: StreamRecording): Promise<string | undefined> {
  if (compare !== 'events') throw new Error(`it compares "${compare}", which the replay does not know`)
  const api = await startResponsesApi()
  try {
    const runner = new Runner({ modelProvider: api.provider, tracingDisabled: true })
    const server = new RecordedServer(toAgent(agent), runner)
    const rename = createNaming()
    let threadId = ''
    for (const [index, step] of steps.entries()) {
      assertKnown(step, STEP_FIELDS, 'step')
      api.replies.push(...step.model)
      const before = api.received.length
      const request = JSON.parse(JSON.stringify(step.request).replaceAll('$thread', threadId)) as object
      const reply = await server.process(request, ada)
      if (reply.kind !== 'stream') throw new Error('the reply is no stream')
      const events: ThreadStreamEvent[] = []
      for await (const event of readEvents(reply.reader)) {
        events.push(event)
        if (event.type === 'thread.created') threadId = event.thread.id
      }
      const got = {
        events: rename(events),
        stored: rename((await loadThread(server, ada, threadId)).items.data),
        model_requests: api.received.length - before,
      }
      const { request: _request, model: _model, ...recorded } = step
      const difference = firstDifference(recorded, got, `steps[${index}]`)
      if (difference !== undefined) return difference
    }
    return undefined
  } finally {
    await api.close()
  }
}

/** Everything in the thread, converted, answered by the agent, passed on: nothing of this package's own server. */
class RecordedServer extends ChatKitServer<Person> {
  readonly #agent: Agent
  readonly #runner: Runner

  constructor(agent: Agent, runner: Runner) {
    super({ store: new MemoryStore(), owner: (person) => person.userId, hooks: { onError: () => {} } })
    this.#agent = agent
    this.#runner = runner
  }

  async *respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    const page = await turn.store.listItems(turn.thread.id, { limit: 100, order: 'asc', include: 'all' })
    const context = createAgentContext(turn)
    const result = await this.#runner.run(this.#agent, toAgentInput(page.data), { stream: true, context })
    yield* streamAgentResponse(context, result)
  }
}

function toAgent(data: AgentData): Agent {
  assertKnown(data, AGENT_FIELDS, 'agent')
  const { name, instructions, handoffs = [] } = data
  return new Agent({ name, instructions, model: 'test-model', handoffs: handoffs.map(toAgent) })
}

function assertKnown(value: object, known: string[], what: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new Error(`its ${what} has "${unknown}", which the replay does not know`)
}

/** Names ids in the order in which they first appear, as the recordings do. */
function createNaming(): (value: unknown) => unknown {
  const names = new Map<string, string>()
  let items = 0
  return (value) => {
    const json = JSON.stringify(value)
      .replaceAll(/(thr|msg)_[0-9a-z]{30}/g, (id, kind: string) => {
        if (!names.has(id)) names.set(id, kind === 'thr' ? 'thread_1' : `item_${++items}`)
        return names.get(id) ?? id
      })
      .replaceAll(/"created_at":"[^"]+"/g, '"created_at":"<time>"')
    return JSON.parse(json)
  }
}
