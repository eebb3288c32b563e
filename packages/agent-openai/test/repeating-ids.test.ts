import { Agent, type Model, OpenAIProvider, tool } from '@openai/agents'
import { aisdk } from '@openai/agents-extensions/ai-sdk'
import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { withUniqueCallIds } from '../src/index.ts'
import { type ModelAnswer, type ModelOutput, openModelDouble } from '../src/testing/index.ts'
import { ada, answers, ask, scriptedServer, threadIdOf } from './ask.ts'

/** The ids that a model gives: of responses and messages, and of calls. */
interface Ids {
  response: string | null
  call: string | null
}

type Turns = ((ids: Ids) => ModelAnswer)[]

const call = (word: string, { call: callId, response }: Ids): ModelOutput => ({
  type: 'tool_call',
  name: 'look_up',
  arguments: { word },
  callId,
  ...(response !== null && { id: response }),
})

const text = (words: string, { response }: Ids): ModelOutput => ({
  type: 'text',
  text: words,
  ...(response !== null && { id: response }),
})

const answer = ({ response }: Ids, ...output: ModelOutput[]): ModelAnswer => ({
  output,
  responseId: response,
})

// Two calls in one response, another in the next, one more in a later turn.
const conversation: Turns = [
  (ids) => answer(ids, text('Let me see. ', ids), call('node', ids), call('topic', ids)),
  (ids) => answer(ids, call('service', ids)),
  (ids) => answer(ids, text('Found.', ids)),
  (ids) => answer(ids, call('action', ids)),
  (ids) => answer(ids, text('Found, too.', ids)),
]

type OpenModel = (script: ModelAnswer[]) => Promise<Model>

async function openApi(script: ModelAnswer[], useResponses: boolean): Promise<Model> {
  const double = await openModelDouble({ script })
  onTestFinished(() => double.close())
  return new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl, useResponses }).getModel('test-model')
}

/** A model of the AI SDK that plays the script; its parts have the id `"0"` in every response. */
const openAiSdk: OpenModel = async (script) => {
  const left = [...script]
  const model = aisdk({
    specificationVersion: 'v3',
    provider: 'test',
    modelId: 'test-model',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('not streamed')),
    doStream: async () => ({ stream: ReadableStream.from(aiSdkParts(left.shift() as ModelAnswer)) }),
  })
  // It is compiled against another copy of the SDK.
  return model as unknown as Model
}

function aiSdkParts({ output }: ModelAnswer): Record<string, unknown>[] {
  const parts = output.flatMap((one): Record<string, unknown>[] => {
    if (one.type === 'text') {
      return [
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: one.text },
        { type: 'text-end', id: '0' },
      ]
    }
    if (one.type !== 'tool_call') return []
    const toolCallId = one.callId ?? ''
    return [{ type: 'tool-call', toolCallId, toolName: one.name, input: JSON.stringify(one.arguments) }]
  })
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
  return [{ type: 'stream-start', warnings: [] }, ...parts, { type: 'finish', finishReason: 'stop', usage }]
}

const apis: [string, OpenModel][] = [
  ['Chat Completions', (script) => openApi(script, false)],
  ['the AI SDK', openAiSdk],
  ['Responses', (script) => openApi(script, true)],
]

const kinds: [string, Ids][] = [
  ['repeat everywhere', { response: 'same', call: 'same' }],
  ['are "0" everywhere', { response: '0', call: '0' }],
  ['are missing', { response: null, call: null }],
  ['are empty', { response: null, call: '' }],
]

const itemIds = (events: ThreadStreamEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'thread.item.done' ? [event.item.id] : []))

describe.each(apis)('ids of %s', (_name, openModel) => {
  it.each(kinds)('that %s: items are distinct, and every tool is called as asked', async (_kind, ids) => {
    const called: string[] = []
    const lookUp = tool({
      name: 'look_up',
      description: 'Looks a word up.',
      parameters: z.object({ word: z.string() }),
      execute: ({ word }) => {
        called.push(word)
        return `about ${word}`
      },
    })
    const model = withUniqueCallIds(await openModel(conversation.map((turn) => turn(ids))))
    const { server } = scriptedServer({
      showTools: false,
      agent: new Agent({ name: 'Tutor', model, tools: [lookUp] }),
    })

    const first = await ask(server, ada)
    expect(called.toSorted()).toEqual(['node', 'service', 'topic'])
    expect(answers(first).map((words) => words.trim())).toEqual(['Let me see.', 'Found.'])
    const second = await ask(server, ada, { threadId: threadIdOf(first) })
    expect(called.slice(3)).toEqual(['action'])
    expect(answers(second)).toEqual(['Found, too.'])
    const all = [...itemIds(first), ...itemIds(second)]
    expect(all).toHaveLength(5)
    expect(new Set(all).size).toBe(5)
  })
})

describe('the ids of calls', () => {
  it('stay as they are where they are good, and go back to the model with their outputs', async () => {
    const double = await openModelDouble({
      script: [
        { output: [{ type: 'tool_call', name: 'look_up', arguments: {}, callId: 'call_good' }] },
        'Found.',
      ],
    })
    onTestFinished(() => double.close())
    const lookUp = tool({ name: 'look_up', description: 'x', parameters: z.object({}), execute: () => 'x' })
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', tools: [lookUp] }),
      modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl }),
    })
    await ask(server, ada)
    expect(double.requests[1]?.body.input).toMatchObject([
      {},
      { type: 'function_call', call_id: 'call_good' },
      { type: 'function_call_output', call_id: 'call_good' },
    ])
  })

  it('are minted where the history has them already, also for models that are given by name', async () => {
    const double = await openModelDouble({
      script: [
        { output: [{ type: 'tool_call', name: 'look_up', arguments: {}, callId: 'call_1' }] },
        { output: [{ type: 'tool_call', name: 'look_up', arguments: {}, callId: 'call_1' }] },
        'Found.',
      ],
    })
    onTestFinished(() => double.close())
    const lookUp = tool({ name: 'look_up', description: 'x', parameters: z.object({}), execute: () => 'x' })
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', tools: [lookUp] }),
      modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl }),
    })
    expect(answers(await ask(server, ada))).toEqual(['Found.'])
    const input = double.requests[2]?.body.input as { call_id?: string }[]
    const ids = input.flatMap(({ call_id: id }) => (id === undefined ? [] : [id]))
    expect(ids).toHaveLength(4)
    expect(new Set(ids).size).toBe(2)
    expect(ids[2]).toMatch(/^[a-z0-9]{9}$/)
  })
})
