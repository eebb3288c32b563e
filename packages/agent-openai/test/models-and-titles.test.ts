import { Agent, handoff, type ModelProvider, OpenAIProvider, tool } from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  modelResponse,
  modelStreamResponder,
  ScriptedModel,
} from '@openai/agents/testing'
import type { RunEnd } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openModelDouble } from '../src/testing/index.ts'
import { ada, answers, ask, follow, loadThread, scriptedServer, threadIdOf } from './ask.ts'
import { delta, done, message, started, streamed } from './model-events.ts'

describe('the model that a client chooses', () => {
  function withModels(names: string[]) {
    const models = new Map(names.map((name) => [name, new ScriptedModel([streamed(`I am ${name}.`)])]))
    const modelProvider: ModelProvider = {
      getModel: (name = '') => models.get(name) ?? new ScriptedModel([]),
    }
    return { models, modelProvider }
  }
  const choose = (model: string) => ({ input: { inference_options: { model } } })

  it('answers in place of the agent’s own, also behind a hand-off', async () => {
    const big = new ScriptedModel([
      modelResponse([functionCall('transfer_to_Coder', {}, { callId: 'h' })]),
      streamed('I am big.'),
    ])
    const modelProvider: ModelProvider = { getModel: () => big }
    const coder = new Agent({ name: 'Coder', instructions: 'x', model: 'small' })
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model: 'small', handoffs: [handoff(coder)] })
    const { server } = scriptedServer({ agent, modelProvider, inferenceOptions: { models: ['big'] } })
    expect(answers(await ask(server, ada, choose('big')))).toEqual(['I am big.'])
    expect(big.calls).toHaveLength(2)
    expect(agent.model).toBe('small')
  })

  it('is refused before anything is stored where it is not on the list', async () => {
    const { modelProvider } = withModels(['small'])
    const agent = new Agent({ name: 'Tutor', model: 'small' })
    const { server } = scriptedServer({ agent, modelProvider, inferenceOptions: { models: ['big'] } })
    await expect(ask(server, ada, choose('huge'))).rejects.toMatchObject({ code: 'request_invalid' })
  })

  it('is not heard where the application has no list', async () => {
    const { modelProvider } = withModels(['small', 'huge'])
    const { server } = scriptedServer({ agent: new Agent({ name: 'Tutor', model: 'small' }), modelProvider })
    expect(answers(await ask(server, ada, choose('huge')))).toEqual(['I am small.'])
  })

  it('may come with a tool that has to be called', async () => {
    const model = new ScriptedModel([streamed('One'), streamed('Two')])
    const search = tool({ name: 'search', description: 'x', parameters: z.object({}), execute: () => 'x' })
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools: [search] })
    const { server } = scriptedServer({ agent, inferenceOptions: { toolChoices: ['search', 'other'] } })
    await ask(server, ada, { input: { inference_options: { tool_choice: { id: 'search' } } } })
    await ask(server, ada, { input: { inference_options: { tool_choice: { id: 'other' } } } })
    expect(model.calls.map(({ request }) => request.modelSettings.toolChoice)).toEqual(['search', undefined])
    expect(agent.modelSettings.toolChoice).toBeUndefined()
  })
})

describe('what an answer has cost', () => {
  it('is told to onRunEnd, with the model as its API names it', async () => {
    await using double = await openModelDouble({
      script: [
        { output: [{ type: 'text', text: 'Hello there' }], usage: { inputTokens: 12, outputTokens: 3 } },
      ],
    })
    const ended = Promise.withResolvers<RunEnd>()
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', model: 'test-model' }),
      modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: double.baseUrl }),
      hooks: { onRunEnd: ended.resolve },
    })
    await ask(server, ada)
    expect((await ended.promise).usage).toEqual({
      isComplete: true,
      model: 'test-model',
      inputTokens: 12,
      outputTokens: 3,
      totalTokens: 15,
      firstTokenMs: expect.any(Number),
    })
  })

  it('is not known of one that was stopped, and says so', async () => {
    const ended = Promise.withResolvers<RunEnd>()
    const model = new ScriptedModel([
      modelStreamResponder(async function* ({ request }) {
        yield started()
        yield delta('One ')
        await new Promise<void>((resolve) => request.signal?.addEventListener('abort', () => resolve()))
        yield done([message('One')])
      }),
    ])
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', model }),
      hooks: { onRunEnd: ended.resolve },
    })
    let threadId = ''
    for await (const event of follow(server, ada)) {
      if (event.type === 'thread.created') threadId = event.thread.id
      if (event.type !== 'thread.item.updated' || !('delta' in event.update)) continue
      await server.process({ type: 'threads.stop', params: { thread_id: threadId } }, ada)
    }
    const { usage, status } = await ended.promise
    expect(status).toBe('stopped')
    expect(usage).toEqual({ isComplete: false, firstTokenMs: expect.any(Number) })
  })
})

describe('the title of a thread', () => {
  const titled = (...script: ConstructorParameters<typeof ScriptedModel>[0][]) =>
    new ScriptedModel(script.flat() as never)

  it('is found by a model beside the answer', async () => {
    const titles = titled([modelResponse([assistantMessage('  Nodes in\nROS 2  ')])])
    const { server } = scriptedServer({ script: [streamed('A process.')], title: { model: titles } })
    const events = await ask(server, ada, { text: 'What is a node, and what is it good for?' })
    expect((await loadThread(server, ada, threadIdOf(events))).title).toBe('Nodes in ROS 2')
    expect(events.some(({ type }) => type === 'thread.updated')).toBe(true)
    expect(titles.calls).toHaveLength(1)
    expect(titles.calls[0]?.streamed).toBe(false)
  })

  it('is the first words where the model fails', async () => {
    const { server, errors } = scriptedServer({
      script: [streamed('A process.')],
      title: { model: titled() },
    })
    const events = await ask(server, ada, { text: 'What is a node, and what is it good for?' })
    expect((await loadThread(server, ada, threadIdOf(events))).title).toBe('What is a node, and what')
    expect(answers(events)).toEqual(['A process.'])
    expect(errors).toEqual([])
  })

  it('is never that of the machine where the user gave one meanwhile', async () => {
    const renamed = Promise.withResolvers<void>()
    const model = new ScriptedModel([
      modelStreamResponder(async function* () {
        yield started()
        await renamed.promise
        yield delta('A process.')
        yield done([message('A process.')])
      }),
    ])
    const { server } = scriptedServer({ agent: new Agent({ name: 'Tutor', model }) })
    let threadId = ''
    for await (const event of follow(server, ada, { text: 'What is a node?' })) {
      if (event.type === 'thread.created') threadId = event.thread.id
      if (event.type !== 'stream_options') continue
      await server.process({ type: 'threads.update', params: { thread_id: threadId, title: 'Mine' } }, ada)
      renamed.resolve()
    }
    expect((await loadThread(server, ada, threadId)).title).toBe('Mine')
  })

  it('is nothing where the application wants none', async () => {
    const { server } = scriptedServer({ script: [streamed('A process.')], title: false })
    const events = await ask(server, ada)
    expect((await loadThread(server, ada, threadIdOf(events))).title).toBeUndefined()
  })
})
