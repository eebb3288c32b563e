import { Agent, type ModelRequest, tool } from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  modelError,
  modelResponse,
  modelStream,
  modelStreamResponder,
  ScriptedModel,
} from '@openai/agents/testing'
import { MemoryStore, StreamError, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AgentContext, AgentChatKitServer } from '../src/index.ts'
import {
  ada,
  answers,
  ask,
  follow,
  loadThread,
  type Person,
  scriptedServer,
  streamedText,
  threadIdOf,
} from './ask.ts'
import { delta, done, message, started, streamed } from './model-events.ts'

const typesOf = (events: ThreadStreamEvent[]): string[] =>
  events.map((event) => (event.type === 'thread.item.updated' ? event.update.type : event.type))

/** Streams its events, then waits until its signal fires. */
const silentAfter = (text: string) =>
  modelStreamResponder(async function* wait({ request }: { request: ModelRequest }) {
    yield started()
    yield delta(text)
    await new Promise((_resolve, reject) => {
      request.signal?.addEventListener('abort', () => reject(new DOMException('Stopped.', 'AbortError')))
    })
  })

const apiError = (status: number) => Object.assign(new Error(`secret details of ${status}`), { status })

describe('an answer', () => {
  it('streams as one assistant message, with the thread titled on the way', async () => {
    const { server } = scriptedServer({ script: [streamed('Hel', 'lo ', 'there')] })
    const events = await ask(server, ada, { text: '  What is   a node,\nand what is it for? ' })
    expect(typesOf(events)).toEqual([
      'thread.created',
      'thread.item.done',
      'stream_options',
      'thread.item.added',
      'assistant_message.content_part.added',
      'assistant_message.content_part.text_delta',
      'assistant_message.content_part.text_delta',
      'assistant_message.content_part.text_delta',
      'thread.updated',
      'assistant_message.content_part.done',
      'thread.item.done',
    ])
    expect(answers(events)).toEqual(['Hello there'])
    const thread = await loadThread(server, ada, threadIdOf(events))
    expect(thread.title).toBe('What is a node, and what')
    expect(thread.items.data.map((item) => item.type)).toEqual(['user_message', 'assistant_message'])
  })

  it('keeps a title that the thread has, and cuts a long one at a whole character', async () => {
    const { server } = scriptedServer({ script: [streamed('One'), streamed('Two')] })
    const events = await ask(server, ada, { text: `${'x'.repeat(49)}🤖 and more` })
    const threadId = threadIdOf(events)
    expect((await loadThread(server, ada, threadId)).title).toBe('x'.repeat(49))
    await ask(server, ada, { threadId, text: 'Another question' })
    expect((await loadThread(server, ada, threadId)).title).toBe('x'.repeat(49))
  })

  it('has the first turn as its history in the second', async () => {
    const { server, model } = scriptedServer({ script: [streamed('A process.'), streamed('A channel.')] })
    const threadId = threadIdOf(await ask(server, ada, { text: 'What is a node?' }))
    await ask(server, ada, { threadId, text: 'And a topic?' })
    expect(model.lastCall?.request.input).toEqual([
      { role: 'user', content: [{ type: 'input_text', text: 'What is a node?' }] },
      { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'A process.' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'And a topic?' }] },
    ])
    expect(model.calls.map(({ request }) => request.systemInstructions)).toEqual([
      'You are a tutor.',
      'You are a tutor.',
    ])
  })

  it('goes on after a tool, each response a message of its own with an id of ours', async () => {
    const seen: AgentContext<Person>[] = []
    const lookUp = tool({
      name: 'look_up',
      description: 'Looks a word up.',
      parameters: z.object({ word: z.string() }),
      execute: ({ word }, run) => {
        seen.push(run?.context as AgentContext<Person>)
        return `${word} is a process`
      },
    })
    const model = new ScriptedModel([
      // Chat Completions models give a message and its call one id, and repeat it.
      modelResponse([
        assistantMessage('Let me see. ', { id: 'same' }),
        functionCall('look_up', { word: 'node' }, { callId: 'call_1', id: 'same' }),
      ]),
      modelResponse([assistantMessage('A process.', { id: 'same' })]),
    ])
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', instructions: 'x', model, tools: [lookUp] }),
      showTools: false,
    })
    const events = await ask(server, ada)
    expect(answers(events)).toEqual(['Let me see. ', 'A process.'])
    const ids = events.flatMap((event) => (event.type === 'thread.item.added' ? [event.item.id] : []))
    expect(new Set(ids).size).toBe(2)
    expect(ids.every((id) => id.startsWith('msg_'))).toBe(true)
    expect(model.lastCall?.request.input).toContainEqual(
      expect.objectContaining({ type: 'function_call_result', callId: 'call_1' }),
    )
    const [context] = seen
    expect(context?.requestContext).toBe(ada)
    expect(context?.thread.id).toBe(threadIdOf(events))
    expect(context?.signal).toBeInstanceOf(AbortSignal)
    expect(JSON.stringify(context)).toBe('{}')
    expect({ ...context }).toEqual({})
  })

  it('shows a refusal of the model as its message, without an error', async () => {
    const refusal = {
      ...assistantMessage(''),
      content: [{ type: 'refusal' as const, refusal: 'I cannot do that.' }],
    }
    const { server, errors } = scriptedServer({ script: [modelResponse([refusal])] })
    const events = await ask(server, ada)
    expect(answers(events)).toEqual(['I cannot do that.'])
    expect(typesOf(events)).not.toContain('error')
    expect(errors).toEqual([])
  })
})

describe('an answer that fails', () => {
  it('keeps the text so far and tells a retryable error', async () => {
    const broken = modelStream(
      (async function* fail() {
        yield started()
        for (let i = 0; i < 400; i++) yield delta(`${i} `)
        throw new Error('secret: connection lost')
      })(),
    )
    const { server, errors } = scriptedServer({ script: [broken, streamed('Again')] })
    const events = await ask(server, ada)
    const all = Array.from({ length: 400 }, (_, i) => `${i} `).join('')
    expect(streamedText(events)).toBe(all)
    expect(answers(events)).toEqual([all])
    expect(events.at(-1)).toEqual({ type: 'error', code: 'stream.error', allow_retry: true })
    expect(errors).toMatchObject([{ message: 'secret: connection lost' }])
    expect(answers(await ask(server, ada, { threadId: threadIdOf(events) }))).toEqual(['Again'])
  })

  it.each([400, 401, 404])(
    'tells without details that trying again cannot help after status %i',
    async (status) => {
      const { server, errors } = scriptedServer({ script: [modelError(apiError(status))] })
      const events = await ask(server, ada)
      expect(events).toContainEqual({ type: 'error', code: 'stream.error', allow_retry: false })
      expect(JSON.stringify(events)).not.toContain('secret')
      expect(StreamError.isInstance(errors[0])).toBe(true)
      expect(errors).toMatchObject([{ cause: { status } }])
    },
  )

  it.each([429, 500])('offers another try after status %i', async (status) => {
    const { server } = scriptedServer({ script: [modelError(apiError(status))] })
    expect(await ask(server, ada)).toContainEqual({ type: 'error', code: 'stream.error', allow_retry: true })
  })

  it('leaves nothing of the conversation in what is logged', async () => {
    const { server, errors } = scriptedServer({ script: [modelStream([started()])] })
    expect(await ask(server, ada, { text: 'A private question' })).toContainEqual({
      type: 'error',
      code: 'stream.error',
      allow_retry: true,
    })
    expect(errors).toMatchObject([{ message: 'Model did not produce a final response!' }])
    expect(inspect(errors, { depth: 20 })).not.toMatch(/private question|You are a tutor/)
  })

  it('ends in an error event when the function that makes the agent throws', async () => {
    const { server, errors } = scriptedServer({
      agent: () => {
        throw new StreamError('The tutor is asleep.')
      },
    })
    expect(await ask(server, ada)).toContainEqual({
      type: 'error',
      code: 'custom',
      message: 'The tutor is asleep.',
      allow_retry: false,
    })
    expect(errors).toHaveLength(1)
  })
})

describe('an answer that is stopped', () => {
  it('aborts the call of the model and ends', async () => {
    const { server, model } = scriptedServer({ script: [silentAfter('One two')] })
    for await (const event of follow(server, ada)) {
      if (event.type !== 'thread.item.updated') continue
      if (event.update.type !== 'assistant_message.content_part.text_delta') continue
      await server.close({ graceMs: 0 })
    }
    expect(model.lastCall?.request.signal?.aborted).toBe(true)
  })
})

describe('an agent made for one turn', () => {
  it('is given the turn, and its transform sees every event of the answer last', async () => {
    const model = new ScriptedModel([streamed('Hello')])
    const { server } = scriptedServer({
      agent: (turn) => ({
        agent: new Agent({ name: 'Tutor', instructions: `For ${turn.context.userId}.`, model }),
        transform: async function* shout(events) {
          for await (const event of events) {
            yield event
            if (event.type === 'thread.item.done') yield { type: 'progress_update', text: 'done' }
          }
        },
      }),
    })
    const events = await ask(server, ada)
    expect(model.lastCall?.request.systemInstructions).toBe('For ada.')
    expect(typesOf(events)).toContain('progress_update')
  })

  it('may be given a promise of it, without a transform', async () => {
    const model = new ScriptedModel([streamed('Hello')])
    const { server } = scriptedServer({ agent: async () => new Agent({ name: 'Tutor', model }) })
    expect(answers(await ask(server, ada))).toEqual(['Hello'])
  })
})

describe('facts of the application', () => {
  it('enter the instructions of the agent and of those it hands over to, and nothing else', async () => {
    const coderModel = new ScriptedModel([streamed('Done.')])
    const coder = new Agent({ name: 'coder', instructions: 'You write code.', model: coderModel })
    const model = new ScriptedModel([
      modelResponse([functionCall('transfer_to_coder', {}, { callId: 'call_1' })]),
    ])
    const { server } = scriptedServer({
      agent: Agent.create({ name: 'Tutor', instructions: 'You are a tutor.', model, handoffs: [coder] }),
      context: (turn) => ({ user: turn.context.userId, plan: 'free', trial: true, team: undefined }),
    })
    await ask(server, ada)
    const facts = [
      'Facts about who is asking, given by the application:',
      '- user: "ada"',
      '- plan: "free"',
      '- trial: true',
    ].join('\n')
    expect(model.lastCall?.request.systemInstructions).toBe(`You are a tutor.\n\n${facts}`)
    expect(coderModel.lastCall?.request.systemInstructions).toBe(`You write code.\n\n${facts}`)
    expect(JSON.stringify(model.lastCall?.request.input)).not.toContain('free')
  })
})

describe('a model that is given by name', () => {
  it('comes from the model provider', async () => {
    const model = new ScriptedModel([streamed('Hello')])
    const asked: (string | undefined)[] = []
    const server = new AgentChatKitServer<Person>({
      store: new MemoryStore(),
      owner: (person) => person.userId,
      agent: new Agent({ name: 'Tutor', model: 'local-model' }),
      modelProvider: {
        getModel: (name) => {
          asked.push(name)
          return model
        },
      },
    })
    expect(answers(await ask(server, ada))).toEqual(['Hello'])
    expect(asked).toEqual(['local-model'])
  })
})

describe('text that was not streamed as it ended', () => {
  it('is there when it came with the response as a whole', async () => {
    const { server } = scriptedServer({
      script: [modelStream([started(), delta('Hel'), done([message('Hello there'), message('And more.')])])],
    })
    expect(answers(await ask(server, ada))).toEqual(['Hello there', 'And more.'])
  })

  it('is there when the response as a whole forgets it', async () => {
    const { server } = scriptedServer({ script: [modelStream([started(), delta('Hello'), done([])])] })
    expect(answers(await ask(server, ada))[0]).toBe('Hello')
  })
})
