import { Agent, OpenAIProvider, Runner } from '@openai/agents'
import { streamAgentResponse } from '@robolearn/agent-openai'
import { generateId, type Turn, type UserMessageItem } from '@robolearn/chatkit-server-core'
import OpenAI from 'openai'
import { median } from '../figures/median.ts'
import { answerBody, answerEvents } from './answer-stream.ts'

interface Load {
  /** How many answers stream at the same time. */
  answers: number
  words: number
  eventsPerChunk: number
  pauseMs: number
  rounds: number
  warmUp: number
}

const BURST: Load = { answers: 1, words: 4_000, eventsPerChunk: 50, pauseMs: 0, rounds: 31, warmUp: 12 }
const PACED: Load = { answers: 80, words: 60, eventsPerChunk: 1, pauseMs: 20, rounds: 19, warmUp: 2 }

/**
 * What the conversion of a model's events costs beyond the Agents SDK, which reads the same answer with the real
 * client either way; only the network is left out.
 */
export async function agentOverhead(): Promise<Record<string, number>> {
  console.log(
    `Node ${process.version}, no flags; CPU of the process, runs of either kind in turn, medians; what is added is the median of the rounds' differences.`,
  )
  const burst = await compare(BURST)
  console.log(
    `burst: ${BURST.words} words, ${BURST.eventsPerChunk} events a chunk, ${BURST.rounds} rounds: SDK ${burst.sdk.toFixed(1)} µs an event, with conversion ${burst.bridge.toFixed(1)} µs`,
  )
  const paced = await compare(PACED)
  console.log(
    `paced: ${PACED.answers} answers at once, ${1000 / PACED.pauseMs} words a second each, ${PACED.rounds} rounds: SDK ${paced.sdk.toFixed(1)} µs an event, with conversion ${paced.bridge.toFixed(1)} µs`,
  )
  return {
    added_us_per_event: round(burst.added),
    sdk_us_per_event: round(burst.sdk),
    added_us_paced: round(paced.added),
    sdk_us_paced: round(paced.sdk),
  }
}

/** Microseconds of CPU a raw event: of the SDK alone, with the conversion, and the difference within each round. */
async function compare(load: Load): Promise<{ sdk: number; bridge: number; added: number }> {
  const samples = { sdk: [] as number[], bridge: [] as number[] }
  for (let i = 0; i < load.warmUp + load.rounds; i++) {
    // Who comes first changes, so that neither always pays for the other's garbage.
    const order = i % 2 === 0 ? (['sdk', 'bridge'] as const) : (['bridge', 'sdk'] as const)
    for (const kind of order) {
      const us = await measure(load, kind)
      if (i >= load.warmUp) samples[kind].push(us)
    }
  }
  // What the machine does beside it differs from round to round more than the two kinds do.
  const added = samples.bridge.map((bridge, round) => bridge - (samples.sdk[round] ?? 0))
  return { sdk: median(samples.sdk), bridge: median(samples.bridge), added: median(added) }
}

async function measure(load: Load, kind: 'sdk' | 'bridge'): Promise<number> {
  const events = answerEvents(load.words)
  const client = new OpenAI({
    apiKey: 'test',
    fetch: async () =>
      new Response(answerBody(events, load), { headers: { 'content-type': 'text/event-stream' } }),
  })
  const modelProvider = new OpenAIProvider({ openAIClient: client, useResponses: true })
  const runner = new Runner({ modelProvider, tracingDisabled: true })
  const agent = new Agent({ name: 'Tutor', model: 'test-model' })
  const before = process.cpuUsage()
  await Promise.all(Array.from({ length: load.answers }, () => answer(runner, agent, kind)))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (events.length * load.answers)
}

async function answer(runner: Runner, agent: Agent, kind: 'sdk' | 'bridge'): Promise<void> {
  const result = await runner.run(agent, 'Hello', { stream: true })
  const events: AsyncIterable<{ type: string }> = kind === 'sdk' ? result : streamAgentResponse(turn, result)
  let read = 0
  for await (const { type } of events) if (type) read += 1
  if (read < 10) throw new Error(`The answer had only ${read} events.`)
}

const turn: Pick<Turn<unknown>, 'thread' | 'userMessage' | 'signal' | 'store' | 'generateId' | 'now'> = {
  thread: { id: 'thr_1', created_at: '', status: { type: 'active' }, metadata: {} },
  userMessage: { type: 'user_message' } as UserMessageItem,
  store: {} as Turn<unknown>['store'],
  signal: new AbortController().signal,
  generateId: (kind) => generateId(kind),
  now: () => new Date(),
}

const round = (value: number): number => Number(value.toFixed(2))
