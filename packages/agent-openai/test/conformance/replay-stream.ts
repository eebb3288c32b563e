import { type Agent, OpenAIProvider, Runner } from '@openai/agents'
import {
  ChatKitServer,
  MemoryStore,
  readEvents,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { applyThreadEvent, emptyThreadState } from '@robolearn/chatkit-server-core/client'
import { firstDifference } from '../../../chatkit-server-core/test/conformance/first-difference.ts'
import { createAgentContext, streamAgentResponse, toAgentInput } from '../../src/index.ts'
import { type ModelReply, openModelDouble } from '../../src/testing/index.ts'
import { ada, type Person } from '../ask.ts'
import { assertKnown } from './assert-known.ts'
import { createNaming } from './naming.ts'
import { type AgentData, toAgent } from './recorded-agent.ts'

interface Step {
  request: { type: string; params: Record<string, unknown> }
  model: (Record<string, unknown>[] | { status: number; body: unknown })[]
  cancel_after_events?: number
  events: ThreadStreamEvent[]
  stored: unknown[]
  model_requests: number
}

export interface StreamRecording {
  kind: 'stream'
  name: string
  about: string
  compare: string
  agent: AgentData
  converter?: { partial_images?: number }
  steps: Step[]
}

/** What this replay knows. A recording with more is not passed over: it fails. */
const RECORDING_FIELDS = ['kind', 'name', 'about', 'agent', 'converter', 'compare', 'steps']
const CONVERTER_FIELDS = ['partial_images']
const STEP_FIELDS = ['request', 'model', 'cancel_after_events', 'events', 'stored', 'model_requests']

/**
 * Plays the model's recorded events to the bridge and gives the first difference between what was recorded and what
 * came out.
 */
export async function replayStream(recording: StreamRecording): Promise<string | undefined> {
  const { agent, compare, converter = {}, steps } = recording
  assertKnown(recording, RECORDING_FIELDS, 'file')
  assertKnown(converter, CONVERTER_FIELDS, 'converter')
  const compared = COMPARISONS[compare]
  if (!compared) throw new Error(`it compares "${compare}", which the replay does not know`)
  await using double = await openModelDouble()
  const modelProvider = new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl, useResponses: true })
  const runner = new Runner({ modelProvider, tracingDisabled: true })
  const sent = createCounter()
  const server = new RecordedServer(toAgent(agent, sent.reached), runner, converter.partial_images)
  const rename = createNaming()
  let threadId = ''
  for (const [index, step] of steps.entries()) {
    assertKnown(step, STEP_FIELDS, 'step')
    double.enqueue(...step.model.map(toReply))
    const before = double.requests.length
    sent.reset()
    const request = JSON.parse(JSON.stringify(step.request).replaceAll('$thread', threadId)) as object
    const reply = await server.process(request, ada)
    if (reply.kind !== 'stream') throw new Error('the reply is no stream')
    const events: ThreadStreamEvent[] = []
    for await (const event of readEvents(reply.reader)) {
      events.push(event)
      if (event.type === 'thread.created') threadId = event.thread.id
      sent.add()
      if (events.length === stopAfter(step)) {
        await server.process({ type: 'threads.stop', params: { thread_id: threadId } }, ada)
      }
    }
    const got = {
      events: compared(rename(events) as ThreadStreamEvent[]),
      stored: rename(await storedItems(server, threadId)),
      model_requests: double.requests.length - before,
    }
    const recorded = {
      events: compared(step.events),
      stored: step.stored,
      model_requests: step.model_requests,
    }
    const difference = firstDifference(recorded, got, `steps[${index}]`)
    if (difference !== undefined) return difference
  }
  return undefined
}

/** All events in order, or what a client is left with: the items, under whatever numbers. */
const COMPARISONS: Record<string, (events: ThreadStreamEvent[]) => unknown> = {
  events: (events) => events,
  state: (events) => events.reduce(applyThreadEvent, emptyThreadState).items,
}

/** What was under way when the recording was stopped came out there, too. */
const stopAfter = ({ cancel_after_events: count, events }: Step): number | undefined =>
  count === undefined ? undefined : Math.max(count, events.length)

function toReply(reply: Step['model'][number]): ModelReply {
  if (!Array.isArray(reply)) return reply
  const events = reply.map((event) => ('wait_ms' in event ? { waitMs: Number(event.wait_ms) } : event))
  return { events }
}

/** Counts, and tells who waits for a number that it has come to it. */
function createCounter() {
  let count = 0
  let waiting: { count: number; resolve: () => void }[] = []
  return {
    reset: () => {
      count = 0
    },
    add: () => {
      count += 1
      for (const one of waiting) if (count >= one.count) one.resolve()
      waiting = waiting.filter((one) => count < one.count)
    },
    reached: (wanted: number): Promise<void> =>
      count >= wanted
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ count: wanted, resolve })
          }),
  }
}

/** Everything in the thread, converted, answered by the agent, passed on: nothing of this package's own server. */
class RecordedServer extends ChatKitServer<Person> {
  readonly memory: MemoryStore<Person>
  readonly #agent: Agent
  readonly #runner: Runner
  readonly #partialImages: number

  constructor(agent: Agent, runner: Runner, partialImages = 0) {
    const memory = new MemoryStore<Person>()
    super({ store: memory, owner: (person) => person.userId, hooks: { onError: () => {} } })
    this.memory = memory
    this.#agent = agent
    this.#runner = runner
    this.#partialImages = partialImages
  }

  async *respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    const page = await turn.store.listItems(turn.thread.id, { limit: 100, order: 'asc', include: 'all' })
    const context = createAgentContext(turn)
    const input = toAgentInput(page.data)
    const result = await this.#runner.run(this.#agent, input, { stream: true, context, signal: turn.signal })
    yield* streamAgentResponse(turn, result, { context, partialImages: this.#partialImages })
  }
}

/** Hidden items, too. */
async function storedItems({ memory }: RecordedServer, threadId: string): Promise<unknown[]> {
  const scope = { owner: ada.userId, context: ada }
  const page = await memory.listItems(threadId, { limit: 100, order: 'asc', include: 'all' }, scope)
  return page.data
}
