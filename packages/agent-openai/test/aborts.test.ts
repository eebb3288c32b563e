import { Agent, OpenAIProvider, tool } from '@openai/agents'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AgentChatKitServerOptions } from '../src/index.ts'
import { ada, follow, type Person, scriptedServer } from './ask.ts'

/** How many answers are stopped at a random moment; `ABORT_COUNT=1000` for a long run. */
const COUNT = Number(process.env.ABORT_COUNT || 40)

/** A model in a process of its own, so that nothing of this one's can close its connections but the client. */
let child: ReturnType<typeof spawn>
let baseUrl = ''
const ends: { how: string; path: string }[] = []
const received: string[] = []
let wake: (() => void) | undefined

beforeAll(async () => {
  const path = new URL('./fixtures/slow-model.ts', import.meta.url).pathname
  child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ready = Promise.withResolvers<string>()
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const told = JSON.parse(line) as { baseUrl?: string; model?: string; how?: string; path?: string }
    if (told.baseUrl) ready.resolve(told.baseUrl)
    if (told.model) received.push(told.model)
    if (told.how) ends.push({ how: told.how, path: told.path ?? '' })
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

type Server = ReturnType<typeof serverOf>['server']

/** Asks, and stops the answer when this says so; gives whether the server has come to the end of it. */
async function askAndStop(
  server: Server,
  isTime: (type: string) => boolean | Promise<boolean>,
): Promise<string[]> {
  let threadId = ''
  const types: string[] = []
  for await (const event of follow(server, ada)) {
    types.push(event.type)
    if (event.type === 'thread.created') threadId = event.thread.id
    if (await isTime(event.type)) {
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
      while (!received.includes('silent')) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
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
    const nested = new Agent({ name: 'Nested', instructions: 'x', model: 'slow' })
    const started = Promise.withResolvers<void>()
    const asTool = nested.asTool({
      toolName: 'call',
      toolDescription: 'x',
      onStream: () => started.resolve(),
    })
    const { server } = serverOf('caller', {}, [asTool])
    await askAndStop(server, async (type) => {
      if (type !== 'thread.item.added') return false
      await started.promise
      return true
    })
    expect([await nextEnd(before), await nextEnd(before + 1)]).toEqual(['answered', 'aborted'])
  })

  it('though a tool does not heed the signal: the answer ends without it', async () => {
    const stuck = tool({
      name: 'call',
      description: 'x',
      parameters: z.object({ input: z.string() }),
      execute: () => new Promise<string>(() => {}),
    })
    const { server } = serverOf('caller', {}, [stuck])
    const types = await askAndStop(server, (type) => type === 'thread.item.added')
    expect(types).not.toContain('error')
  })
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
