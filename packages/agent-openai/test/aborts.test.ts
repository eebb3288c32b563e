import { Agent, OpenAIProvider, tool } from '@openai/agents'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AgentChatKitServerOptions } from '../src/index.ts'
import { ada, follow, type Person, scriptedServer } from './ask.ts'

/** How many answers are stopped at a random moment; `ABORT_COUNT=1000` for a long run. */
const COUNT = Number(process.env.ABORT_COUNT || 40)
/** How often each way to be stopped is timed; `ABORT_TIMES=100` for figures. */
const TIMES = Number(process.env.ABORT_TIMES || 4)
/** It takes a few milliseconds; a machine that does much else at the same time takes longer. */
const CLOSED_WITHIN_MS = 5_000

/** A model in a process of its own, so that nothing of this one's can close its connections but the client. */
let child: ReturnType<typeof spawn>
let baseUrl = ''
const ends: { how: string; path: string; atMs: number }[] = []
const received: string[] = []
let wake: (() => void) | undefined

beforeAll(async () => {
  const path = new URL('./fixtures/slow-model.ts', import.meta.url).pathname
  child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const told = JSON.parse(line) as {
      baseUrl?: string
      model?: string
      how?: string
      path?: string
      atMs?: number
    }
    if (told.baseUrl) ready.resolve(told.baseUrl)
    if (told.model) received.push(told.model)
    if (told.how) ends.push({ how: told.how, path: told.path ?? '', atMs: told.atMs ?? NaN })
    wake?.()
  })
  child.once('exit', (code) => ready.reject(new Error(`The model has ended with code ${code}.`)))
  baseUrl = await ready.promise
})

afterAll(() => void child.kill())

/** Resolves when one more request than before has come to its end. */
async function nextEnd(before: number): Promise<string> {
  while (ends.length <= before) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  return ends[before]?.how ?? ''
}

function serverOf(
  model: string,
  options: Partial<AgentChatKitServerOptions<Person>> = {},
  tools: Agent['tools'] = [],
) {
  const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools })
  return scriptedServer({
    agent,
    modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: baseUrl }),
    ...options,
  })
}

/** The clock of the model's process as well. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6
let stoppedAtMs = 0

const isReceived = async (model: string, before = 0): Promise<void> => {
  while (received.filter((one) => one === model).length <= before) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
}

/** A tool that never ends, whatever it is told. */
const stuckTool = (name: string) =>
  tool({
    name,
    description: 'x',
    parameters: z.object({ input: z.string() }),
    execute: () => new Promise<string>(() => {}),
  })

/** An agent as a tool, and when it has begun to speak. */
function nestedTool() {
  const started = Promise.withResolvers<void>()
  const agent = new Agent({ name: 'Nested', instructions: 'x', model: 'slow' })
  const asTool = agent.asTool({
    toolName: 'call',
    toolDescription: 'x',
    onStream: () => started.resolve(),
  })
  return { asTool, started: started.promise }
}

type Server = ReturnType<typeof serverOf>['server']

/** Asks, and stops the answer the first time that this says so; gives whether the server has come to the end of it. */
async function askAndStop(
  server: Server,
  isTime: (type: string) => boolean | Promise<boolean>,
): Promise<string[]> {
  let threadId = ''
  const types: string[] = []
  let isStopped = false
  for await (const event of follow(server, ada)) {
    types.push(event.type)
    if (event.type === 'thread.created') threadId = event.thread.id
    if (!isStopped && (await isTime(event.type))) {
      isStopped = true
      stoppedAtMs = nowMs()
      await server.process({ type: 'threads.stop', params: { thread_id: threadId } }, ada)
    }
  }
  return types
}

describe('a stop closes the model’s connection', () => {
  it('before its first byte', async () => {
    const before = ends.length
    const { server, errors } = serverOf('silent')
    await askAndStop(server, async (type) => {
      if (type !== 'stream_options') return false
      await isReceived('silent')
      return true
    })
    expect(await nextEnd(before)).toBe('aborted')
    expect(errors).toEqual([])
  })

  it('in the middle of its words', async () => {
    const before = ends.length
    const { server, errors } = serverOf('slow')
    await askAndStop(server, (type) => type === 'thread.item.updated')
    expect(await nextEnd(before)).toBe('aborted')
    expect(errors).toEqual([])
  })

  it('of a nested agent', async () => {
    const before = ends.length
    const { asTool, started } = nestedTool()
    const { server } = serverOf('caller', {}, [asTool])
    await askAndStop(server, async (type) => {
      if (type !== 'thread.item.added') return false
      await started
      return true
    })
    expect([await nextEnd(before), await nextEnd(before + 1)]).toEqual(['answered', 'aborted'])
  })

  it('though a tool does not heed the signal: the answer ends without it', async () => {
    const { server } = serverOf('caller', {}, [stuckTool('call')])
    const types = await askAndStop(server, (type) => type === 'thread.item.added')
    expect(types).not.toContain('error')
  })
})

const MOMENTS: [moment: string, stop: () => Promise<unknown>][] = [
  [
    'before its first byte',
    async () => {
      const before = received.filter((model) => model === 'silent').length
      return askAndStop(serverOf('silent').server, async (type) => {
        if (type === 'stream_options') await isReceived('silent', before)
        return type === 'stream_options'
      })
    },
  ],
  [
    'in the middle of its words',
    async () => askAndStop(serverOf('slow').server, (type) => type === 'thread.item.updated'),
  ],
  [
    'in a nested agent',
    async () => {
      const { asTool, started } = nestedTool()
      return askAndStop(serverOf('caller', {}, [asTool]).server, async (type) => {
        if (type === 'thread.item.added') await started
        return type === 'thread.item.added'
      })
    },
  ],
  [
    'in a nested agent beside a tool that does not heed the signal',
    async () => {
      const { asTool, started } = nestedTool()
      return askAndStop(serverOf('both', {}, [asTool, stuckTool('stuck')]).server, async (type) => {
        if (type === 'thread.item.added') await started
        return type === 'thread.item.added'
      })
    },
  ],
]

it.each(MOMENTS)('a stop %s closes the connection at once', { timeout: 600_000 }, async (moment, stop) => {
  const took: number[] = []
  for (let round = 0; round < TIMES; round++) {
    let end = ends.length
    await stop()
    while ((await nextEnd(end)) !== 'aborted') end += 1
    took.push((ends[end]?.atMs ?? NaN) - stoppedAtMs)
  }
  const sorted = took.toSorted((a, b) => a - b)
  const [p50 = NaN, p99 = NaN] = [0.5, 0.99].map((share) => sorted[Math.ceil(share * sorted.length) - 1])
  console.log(
    `stopped ${moment}: closed after ${p50.toFixed(1)} ms (p50), ${p99.toFixed(1)} ms (p99) of ${TIMES}`,
  )
  expect(p99).toBeLessThan(CLOSED_WITHIN_MS)
})

it(
  `leaves no rejection unhandled in ${COUNT} answers that are stopped at any moment`,
  { timeout: 600_000 },
  async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const errors: unknown[] = []
    try {
      const call = tool({
        name: 'call',
        description: 'x',
        parameters: z.object({ input: z.string() }),
        execute: async () => 'called',
      })
      for (let round = 0; round < COUNT; round++) {
        // Pseudo-random, the same in every run.
        const moment = (round * 7919) % 23
        let seen = 0
        const made = serverOf(round % 3 === 0 ? 'caller' : 'slow', {}, [call])
        await askAndStop(made.server, () => seen++ === moment % 12)
        errors.push(...made.errors)
      }
      // What nobody handles is told after the microtasks of its turn.
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      process.off('unhandledRejection', note)
    }
    expect(unhandled).toEqual([])
    expect(errors).toEqual([])
  },
)
