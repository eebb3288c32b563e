import { Agent, OpenAIProvider, tool } from '@openai/agents'
import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AgentChatKitServer, type AgentChatKitServerOptions } from '../src/index.ts'
import { type ModelOutput, type ModelReply, openModelDouble } from '../src/testing/index.ts'
import { ada, answers, ask, loadThread, type Person, scriptedServer, threadIdOf } from './ask.ts'

const words: ModelOutput = { type: 'text', text: 'As far as it came' }

type Options = Partial<AgentChatKitServerOptions<Person>> & { useResponses?: boolean; tools?: Agent['tools'] }

/** One question to a server whose model is the double, and everything that can be seen of what came of it. */
async function askDouble(
  script: ModelReply[],
  { useResponses = true, tools = [], ...options }: Options = {},
) {
  await using model = await openModelDouble({ script })
  const modelProvider = new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl, useResponses })
  const agent = new Agent({ name: 'Tutor', instructions: 'x', model: 'test-model', tools })
  const { server, errors } = scriptedServer({ agent, modelProvider, ...options })
  const events = await ask(server, ada)
  // No request goes on that nobody waits for.
  await Promise.all(model.requests.map(({ ended }) => ended))
  const { items } = await loadThread(server, ada, threadIdOf(events))
  return { events, errors, requests: model.requests, stored: items.data.slice(1) }
}

const errorOf = (events: ThreadStreamEvent[]) => events.find(({ type }) => type === 'error')

const textOf = (stored: { type: string }[]) =>
  stored.flatMap((item) =>
    item.type === 'assistant_message'
      ? (item as unknown as { content: { text: string }[] }).content[0]?.text
      : [],
  )

const apis = [
  ['the Responses API', true],
  ['Chat Completions', false],
] as const

describe.each(apis)('with %s', (_name, useResponses) => {
  it('a refusal is the message', async () => {
    const script: ModelReply[] = [{ output: [{ type: 'refusal', refusal: 'I would rather not.' }] }]
    const { events, stored, errors } = await askDouble(script, { useResponses })
    expect(answers(events)).toEqual(['I would rather not.'])
    expect(textOf(stored)).toEqual(['I would rather not.'])
    expect(errorOf(events)).toBeUndefined()
    expect(errors).toEqual([])
  })

  it.each(['cut', 'failed', 'unfinished'] as const)(
    'an answer that ends as "%s" keeps its words and can be tried again',
    async (ending) => {
      const { events, stored, errors } = await askDouble([{ output: [words], ending }], { useResponses })
      expect(textOf(stored)).toEqual(['As far as it came'])
      expect(errorOf(events)).toMatchObject({ code: 'stream.error', allow_retry: true })
      expect(errors).toHaveLength(1)
    },
  )

  it('an answer at the limit of its length is kept, with a notice and no error', async () => {
    const { events, stored } = await askDouble([{ output: [words], ending: 'incomplete' }], { useResponses })
    expect(textOf(stored)).toEqual(['As far as it came'])
    expect(errorOf(events)).toBeUndefined()
    expect(events).toContainEqual(expect.objectContaining({ type: 'notice', level: 'warning' }))
  })

  it.each([400, 401, 404])('status %i is told without details, and not tried again', async (status) => {
    const body = { error: { message: 'secret detail of the account' } }
    const { events, errors, requests } = await askDouble([{ status, body }, 'Too late'], { useResponses })
    expect(requests).toHaveLength(1)
    expect(errorOf(events)).toEqual({ type: 'error', code: 'stream.error', allow_retry: false })
    expect(JSON.stringify(events)).not.toContain('secret')
    expect(String((errors[0] as Error).cause)).toContain('secret detail')
  })

  it('is asked again, twice, as late as it wants', async () => {
    const busy: ModelReply = { status: 429, retryAfterSeconds: 0 }
    const { events, requests } = await askDouble(
      [busy, { status: 503, headers: { 'retry-after-ms': '1' } }, 'Now.'],
      {
        useResponses,
      },
    )
    expect(requests).toHaveLength(3)
    expect(answers(events)).toEqual(['Now.'])
  })

  it('is given up after two more attempts, and can be tried again', async () => {
    const busy: ModelReply = { status: 500, headers: { 'retry-after-ms': '1' } }
    const { events, requests } = await askDouble([busy, busy, busy, 'Too late'], { useResponses })
    expect(requests).toHaveLength(3)
    expect(errorOf(events)).toMatchObject({ code: 'stream.error', allow_retry: true })
  })

  it('is asked as often as `maxRetries` says', async () => {
    const { requests } = await askDouble([{ status: 500 }, 'Too late'], { useResponses, maxRetries: 0 })
    expect(requests).toHaveLength(1)
  })

  it('is not waited for longer than `timeoutMs` before its first word', async () => {
    const silent: ModelReply = { output: [words], delay: { until: new Promise(() => {}) } }
    const options = { useResponses, timeoutMs: 50, maxRetries: 0 }
    const { events, errors, requests } = await askDouble([silent], options)
    expect(errorOf(events)).toMatchObject({ code: 'stream.error', allow_retry: true })
    expect(String(errors[0])).toContain('within 50 ms')
    expect((await requests[0]?.ended)?.how).toBe('aborted')
  })

  it('may take its time once it has begun', async () => {
    const slow: ModelReply = { output: [{ type: 'text', text: ['One ', { waitMs: 400 }, 'two'] }] }
    const { events } = await askDouble([slow], { useResponses, timeoutMs: 200, maxRetries: 0 })
    expect(answers(events)).toEqual(['One two'])
  })

  it('answers that hold nothing are stopped after the second', async () => {
    const { events, requests } = await askDouble([{ output: [] }, { output: [] }, 'Too late'], {
      useResponses,
    })
    expect(requests).toHaveLength(2)
    expect(errorOf(events)).toMatchObject({ message: 'The model gave no answer. Please try again.' })
  })

  it('calls without end are stopped with a clear message', async () => {
    const call: ModelReply = { output: [{ type: 'tool_call', name: 'again' }] }
    const again = tool({ name: 'again', description: 'x', parameters: z.object({}), execute: () => 'again' })
    const { events, requests } = await askDouble([call, call, call, call], {
      useResponses,
      tools: [again],
      maxTurns: 3,
    })
    expect(requests).toHaveLength(3)
    expect(errorOf(events)).toMatchObject({
      message: expect.stringContaining('more steps'),
      allow_retry: true,
    })
  })

  describe('a tool', () => {
    const callTool = (args: string): ModelReply[] => [
      { output: [{ type: 'tool_call', name: 'look_up', arguments: args, callId: 'call_1' }] },
      'Anyway.',
    ]
    const lookUp = (execute: () => Promise<string>, timeoutMs?: number) =>
      tool({
        name: 'look_up',
        description: 'x',
        parameters: z.object({ word: z.string() }),
        execute,
        ...(timeoutMs !== undefined && { timeoutMs }),
      })

    it.each([
      ['throws', '{"word":"x"}', [lookUp(async () => Promise.reject(new Error('secret')))]],
      ['takes too long', '{"word":"x"}', [lookUp(() => new Promise(() => {}), 20)]],
      ['is given wrong arguments', '{"word":3}', [lookUp(async () => 'x')]],
      ['is given no JSON', '{"word', [lookUp(async () => 'x')]],
    ])('that %s fails for the model and the log alone', async (_what, args, tools) => {
      const { events, errors, requests } = await askDouble(callTool(args), { useResponses, tools })
      expect(answers(events)).toEqual(['Anyway.'])
      expect(requests).toHaveLength(2)
      expect(errors.map(String)).toEqual([expect.stringContaining('Tool "look_up" failed')])
      expect(JSON.stringify(events)).toContain('"content":"Failed"')
      expect(JSON.stringify(events)).not.toContain('secret')
    })

    it('that is not there is told to the model', async () => {
      const { events, requests, errors } = await askDouble(callTool('{}'), { useResponses })
      expect(answers(events)).toEqual(['Anyway.'])
      expect(JSON.stringify(requests[1]?.body)).toContain('look_up')
      expect(errors.map(String)).toEqual([expect.stringContaining('look_up')])
    })
  })
})

it('keeps every character that came, however slowly somebody reads', async () => {
  const text = Array.from({ length: 400 }, (_, index) => `word${index} `)
  await using model = await openModelDouble({
    script: [{ output: [{ type: 'text', text }], ending: 'failed' }],
  })
  const server = new AgentChatKitServer<Person>({
    store: scriptedServer().store,
    owner: (person) => person.userId,
    agent: new Agent({ name: 'Tutor', model: 'test-model' }),
    modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl }),
    response: {},
    hooks: { onError: () => {} },
  })
  const events = await ask(server, ada)
  expect(answers(events).join('').startsWith(text.join('').trimEnd())).toBe(true)
})
