import { Agent, OpenAIProvider, Runner } from '@openai/agents'
import { aisdk } from '@openai/agents-extensions/ai-sdk'
import type { Model } from '@openai/agents'
import {
  generateId,
  type ThreadItem,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { applyThreadEvent, emptyThreadState } from '@robolearn/chatkit-server-core/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAgentContext, streamAgentResponse } from '../src/index.ts'
import { aTurn } from './a-turn.ts'
import { type ModelAnswer, type ModelReply, openModelDouble } from '../src/testing/index.ts'

type Options = Parameters<typeof streamAgentResponse>[2]

const thread = { id: 'thr_1', created_at: '', status: { type: 'active' as const }, metadata: {} }

async function openApi(reply: ModelReply, useResponses: boolean): Promise<Model> {
  const double = await openModelDouble({ script: [reply] })
  onTestFinished(() => double.close())
  return new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl, useResponses }).getModel('test-model')
}

const responses = (reply: ModelReply) => openApi(reply, true)
const completions = (reply: ModelReply) => openApi(reply, false)

function aiSdk(...parts: Record<string, unknown>[]): Model {
  const finish = { type: 'finish', finishReason: 'stop', usage: { inputTokens: {}, outputTokens: {} } }
  const model = aisdk({
    specificationVersion: 'v3',
    provider: 'test',
    modelId: 'test-model',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('not streamed')),
    doStream: async () => ({ stream: ReadableStream.from([...parts, finish]) }),
  })
  // It is compiled against another copy of the SDK.
  return model as unknown as Model
}

/** What the answer of a model becomes: its events, the items that a client is left with, and what was thrown. */
async function answer(model: Model | Promise<Model>, options: Options = {}) {
  const turn = {
    thread,
    userMessage: { type: 'user_message' } as Turn<unknown>['userMessage'],
    store: {} as Turn<unknown>['store'],
    signal: new AbortController().signal,
    generateId,
    now: () => new Date(0),
  }
  const runner = new Runner({ tracingDisabled: true })
  const agent = new Agent({ name: 'Tutor', model: await model })
  const result = await runner.run(agent, 'Hello', { stream: true })
  const events: ThreadStreamEvent[] = []
  let error: unknown
  try {
    for await (const event of streamAgentResponse(turn, result, options)) events.push(event)
  } catch (thrown) {
    error = thrown
  }
  const { items, notices } = events.reduce(applyThreadEvent, emptyThreadState)
  return { events, items: [...items], notices: [...notices], error }
}

const thought = (content: string) => ({ type: 'thought', status_indicator: 'none', content })

const textsIn = (items: ThreadItem[]): string[][] =>
  items.flatMap((item) => (item.type === 'assistant_message' ? [item.content.map(({ text }) => text)] : []))

describe.each([
  ['Responses', responses],
  ['Chat Completions', completions],
] as const)('an answer of the %s API', (name, open) => {
  it('shows its reasoning as thoughts of one workflow, which its words close', async () => {
    const reply: ModelAnswer = {
      output: [
        { type: 'reasoning', summary: [['I ', 'think.']] },
        { type: 'text', text: 'Hello' },
      ],
    }
    const { items, events, error } = await answer(open(reply))
    expect(error).toBe(undefined)
    expect(items).toMatchObject([
      {
        type: 'workflow',
        workflow: { type: 'reasoning', tasks: [thought('I think.')], summary: { duration: 0 } },
      },
      { type: 'assistant_message', content: [{ text: 'Hello' }] },
    ])
    const types = events.map((event) => event.type)
    expect(types.indexOf('thread.item.done')).toBeLessThan(types.lastIndexOf('thread.item.added'))
    const grown = events.flatMap((event) =>
      event.type === 'thread.item.updated' && 'task' in event.update ? [event.update.task] : [],
    )
    expect(grown.slice(0, 2)).toEqual([thought('I '), thought('I think.')])
  })

  it('shows a refusal as its words, once', async () => {
    const { items, error } = await answer(open({ output: [{ type: 'refusal', refusal: ['I ', 'cannot.'] }] }))
    expect(error).toBe(undefined)
    expect(textsIn(items)).toEqual([['I cannot.']])
  })

  it('that reaches its limit keeps its words and ends with a notice', async () => {
    const reply: ModelAnswer = { output: [{ type: 'text', text: 'Half an' }], ending: 'incomplete' }
    const { items, notices, error } = await answer(open(reply))
    expect(error).toBe(undefined)
    expect(textsIn(items)).toEqual([['Half an']])
    expect(notices).toMatchObject([{ level: 'warning', message: expect.stringContaining('longest') }])
  })

  it('that a filter ends keeps its words and says so', async () => {
    const reply: ModelAnswer = { output: [{ type: 'text', text: 'Half an' }], ending: 'content_filter' }
    const { items, notices, error } = await answer(open(reply))
    expect(error).toBe(undefined)
    expect(textsIn(items)).toEqual([['Half an']])
    expect(notices).toMatchObject([{ message: expect.stringContaining('filter') }])
  })

  it.each(['cut', 'failed', 'unfinished'] as const)(
    'that is %s keeps its words and fails',
    async (ending) => {
      const { items, error } = await answer(
        open({ output: [{ type: 'text', text: ['Half ', 'an'] }], ending }),
      )
      expect(textsIn(items)).toEqual([['Half an']])
      expect(error).toBeInstanceOf(Error)
    },
  )

  it('cites addresses of the web, and nothing else that calls itself one', async () => {
    const cite = (url: string) => ({ type: 'url_citation', url, title: 'A', start_index: 0, end_index: 5 })
    const reply: ModelAnswer = {
      output: [
        {
          type: 'text',
          text: 'Hello',
          citations: [
            cite('javascript:alert(1)'),
            cite('https://example.com/a'),
            cite('https://example.com/a'),
          ],
        },
      ],
    }
    const { items, events } = await answer(open(reply))
    const annotation = {
      type: 'annotation',
      source: { type: 'url', title: 'A', url: 'https://example.com/a' },
      index: 5,
    }
    expect(items).toMatchObject([{ content: [{ text: 'Hello', annotations: [annotation] }] }])
    const added = events.flatMap((event) =>
      event.type === 'thread.item.updated' && 'annotation_index' in event.update ? [event.update] : [],
    )
    expect(added).toMatchObject([{ annotation_index: 0, annotation }])
  })

  it('shows an image, its words behind it', async () => {
    const reply: ModelAnswer = {
      output: [
        { type: 'image', data: 'QUJD', previews: ['QQ==', 'QUI='] },
        { type: 'text', text: 'A robot.' },
      ],
    }
    const { items, events } = await answer(open(reply), { partialImages: 2 })
    expect(items).toMatchObject([
      { type: 'generated_image', image: { url: 'data:image/png;base64,QUJD' } },
      { type: 'assistant_message', content: [{ text: 'A robot.' }] },
    ])
    const progress = events.flatMap((event) =>
      event.type === 'thread.item.updated' && 'progress' in event.update ? [event.update.progress] : [],
    )
    expect(progress).toEqual(name === 'Responses' ? [0, 0.5] : [])
  })

  it('has the bytes of an image saved, and holds what the application says of them', async () => {
    const saved: unknown[] = []
    const saveImage: NonNullable<Options>['saveImage'] = async ({ bytes, mimeType }) => {
      saved.push([Buffer.from(bytes).toString(), mimeType])
      return 'https://example.com/kept.png'
    }
    const { items } = await answer(open({ output: [{ type: 'image', data: 'QUJD' }] }), { saveImage })
    expect(saved).toEqual([['ABC', 'image/png']])
    expect(items).toMatchObject([{ image: { url: 'https://example.com/kept.png' } }])
  })
})

describe('an answer of the AI SDK', () => {
  it('shows reasoning, sources, files and text', async () => {
    const { items, error } = await answer(
      aiSdk(
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'I think.' },
        { type: 'reasoning-end', id: '0' },
        { type: 'text-start', id: '0' },
        { type: 'text-delta', id: '0', delta: 'Hello' },
        { type: 'source', sourceType: 'url', id: '0', url: 'https://example.com/a', title: 'A' },
        { type: 'text-end', id: '0' },
        { type: 'file', mediaType: 'image/png', data: 'QUJD' },
      ),
    )
    expect(error).toBe(undefined)
    expect(items).toMatchObject([
      { type: 'workflow', workflow: { tasks: [thought('I think.')] } },
      {
        type: 'assistant_message',
        content: [{ text: 'Hello', annotations: [{ source: { url: 'https://example.com/a' } }] }],
      },
      { type: 'generated_image', image: { url: 'data:image/png;base64,QUJD' } },
    ])
  })
})

describe('citations', () => {
  it('are converted as the application says, unknown kinds among them, with indices without gaps', async () => {
    const citations = [
      { type: 'file_path', file_id: 'f' },
      { type: 'url_citation', url: 'https://example.com/a' },
      { type: 'lesson', lesson: 3 },
      { type: 'constructor' },
    ]
    const { items } = await answer(responses({ output: [{ type: 'text', text: 'Hello', citations }] }), {
      citations: {
        lesson: ({ lesson }) => ({
          type: 'annotation',
          source: { type: 'file', title: `Lesson ${String(lesson)}`, filename: 'lesson.md' },
        }),
        url_citation: () => undefined,
      },
    })
    expect(items).toMatchObject([{ content: [{ annotations: [{ source: { title: 'Lesson 3' } }] }] }])
  })
})

describe('what tools put into an answer', () => {
  it('must be events of the protocol, and has the defaults of it', () => {
    const context = createAgentContext(aTurn())
    expect(() => context.stream({ type: 'notice' } as never)).toThrow(/level/)
    expect(() => context.addTask({ type: 'nothing' } as never)).toThrow(/type/)
    expect(JSON.stringify(context)).toBe('{}')
  })
})
