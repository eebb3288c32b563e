import { Agent, handoff, tool } from '@openai/agents'
import { functionCall, modelResponse, ScriptedModel } from '@openai/agents/testing'
import { readEvents, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ada, answers, ask, contextOf, scriptedServer, threadIdOf } from './ask.ts'
import { streamed } from './model-events.ts'
import { inputOf } from './received.ts'

const askPage = (name: string) =>
  tool({
    name,
    description: 'Asks the page.',
    parameters: z.object({ kind: z.string() }),
    errorFunction: null,
    execute: ({ kind }, run) => contextOf(run).callClientTool(name, { kind }),
  })

const call = (name: string, callId: string) => functionCall(name, { kind: callId }, { callId })

type Server = ReturnType<typeof scriptedServer>['server']

async function answerCall(server: Server, threadId: string, result: unknown): Promise<ThreadStreamEvent[]> {
  const reply = await server.process(
    { type: 'threads.add_client_tool_output', params: { thread_id: threadId, result } },
    ada,
  )
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const events: ThreadStreamEvent[] = []
  for await (const event of readEvents(reply.reader)) events.push(event)
  return events
}

const calls = (events: ThreadStreamEvent[]) =>
  events.flatMap((event) =>
    event.type === 'thread.item.done' && event.item.type === 'client_tool_call' ? [event.item] : [],
  )

/** What the model was sent last of calls and their outputs. */
const sentCalls = (model: ScriptedModel) =>
  inputOf<{ type?: string; callId?: string; output?: unknown }>(model)
    .filter(({ type }) => type === 'function_call' || type === 'function_call_result')
    .map(({ type, callId, output }) => [type, callId, output])

describe('a tool of the client', () => {
  it('ends the turn with a pending call, and goes on with its output', async () => {
    const model = new ScriptedModel([modelResponse([call('selection', 'call_1')]), streamed('Nodes.')])
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools: [askPage('selection')] })
    const { server, errors } = scriptedServer({ agent })
    const events = await ask(server, ada)
    expect(calls(events)).toMatchObject([
      { status: 'pending', call_id: 'call_1', name: 'selection', arguments: { kind: 'call_1' } },
    ])
    expect(answers(events)).toEqual([])
    expect(JSON.stringify(events)).not.toContain('has not answered')
    expect(model.calls).toHaveLength(1)

    const more = await answerCall(server, threadIdOf(events), 'the selection')
    expect(answers(more)).toEqual(['Nodes.'])
    expect(sentCalls(model)).toEqual([
      ['function_call', 'call_1', undefined],
      ['function_call_result', 'call_1', '"the selection"'],
    ])
    expect(errors).toEqual([])
  })

  it('asks several of one turn one after the other, and goes on after the last', async () => {
    const model = new ScriptedModel([
      modelResponse([call('selection', 'a'), call('title', 'b'), call('selection', 'c')]),
      streamed('All three.'),
    ])
    const tools = [askPage('selection'), askPage('title')]
    const { server } = scriptedServer({
      agent: new Agent({ name: 'Tutor', instructions: 'x', model, tools }),
    })
    const first = await ask(server, ada)
    const threadId = threadIdOf(first)
    const second = await answerCall(server, threadId, 1)
    const third = await answerCall(server, threadId, 2)
    const asked = [first, second, third].map((events) => calls(events).map((item) => item.call_id))
    expect(asked).toEqual([['a'], ['b'], ['c']])
    expect(model.calls).toHaveLength(1)
    expect(answers(await answerCall(server, threadId, 3))).toEqual(['All three.'])
    expect(sentCalls(model).filter(([type]) => type === 'function_call_result')).toEqual([
      ['function_call_result', 'a', '1'],
      ['function_call_result', 'b', '2'],
      ['function_call_result', 'c', '3'],
    ])
  })

  it('forgets the calls that wait when the user writes something else', async () => {
    const model = new ScriptedModel([
      modelResponse([call('selection', 'a'), call('selection', 'b')]),
      modelResponse([call('selection', 'c')]),
      streamed('Enough.'),
    ])
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools: [askPage('selection')] })
    const { server } = scriptedServer({ agent })
    const threadId = threadIdOf(await ask(server, ada))
    expect(calls(await ask(server, ada, { threadId, text: 'Never mind' }))).toMatchObject([{ call_id: 'c' }])
    const last = await answerCall(server, threadId, 'x')
    expect(calls(last)).toEqual([])
    expect(answers(last)).toEqual(['Enough.'])
  })

  it('keeps output types and output guardrails from seeing a stand-in', async () => {
    const seen: unknown[] = []
    const model = new ScriptedModel([
      modelResponse([call('selection', 'call_1')]),
      streamed('{"answer":"Nodes"}'),
    ])
    const agent = new Agent({
      name: 'Tutor',
      instructions: 'x',
      model,
      tools: [askPage('selection')],
      outputType: z.object({ answer: z.string() }),
      outputGuardrails: [
        {
          name: 'look',
          execute: async ({ agentOutput }) => {
            seen.push(agentOutput)
            return { tripwireTriggered: false, outputInfo: undefined }
          },
        },
      ],
    })
    const { server, errors } = scriptedServer({ agent })
    const threadId = threadIdOf(await ask(server, ada))
    expect(seen).toEqual([])
    await answerCall(server, threadId, 'x')
    expect(seen).toEqual([{ answer: 'Nodes' }])
    expect(errors).toEqual([])
  })

  it.each(['an agent', 'a hand-off'])('works behind %s that was handed over to, and back', async (kind) => {
    const model = new ScriptedModel([
      modelResponse([functionCall('transfer_to_Coder', {}, { callId: 'h' })]),
      modelResponse([call('selection', 'call_1')]),
      streamed('Nodes.'),
    ])
    const coder = new Agent({ name: 'Coder', instructions: 'x', model, tools: [askPage('selection')] })
    const tutor = new Agent({
      name: 'Tutor',
      instructions: 'x',
      model,
      handoffs: kind === 'an agent' ? [coder] : [handoff(coder)],
    })
    coder.handoffs.push(tutor)
    const { server } = scriptedServer({ agent: tutor })
    const events = await ask(server, ada)
    expect(calls(events)).toMatchObject([{ call_id: 'call_1' }])
    expect(answers(await answerCall(server, threadIdOf(events), 'x'))).toEqual(['Nodes.'])
  })

  it('inside of a nested agent is a clear error', async () => {
    let thrown: unknown
    const inner = new ScriptedModel([modelResponse([call('selection', 'i')]), streamed('inner')])
    const nosy = tool({
      name: 'selection',
      description: 'Asks the page.',
      parameters: z.object({ kind: z.string() }),
      execute: (_input, run) => {
        try {
          return contextOf(run).callClientTool('selection')
        } catch (error) {
          thrown = error
          return 'no'
        }
      },
    })
    const nested = new Agent({ name: 'Nested', instructions: 'x', model: inner, tools: [nosy] })
    const model = new ScriptedModel([
      modelResponse([functionCall('ask_nested', { input: 'go' }, { callId: 'n' })]),
      streamed('Outer.'),
    ])
    const { server } = scriptedServer({
      agent: new Agent({
        name: 'Tutor',
        instructions: 'x',
        model,
        tools: [nested.asTool({ toolName: 'ask_nested', toolDescription: 'x' })],
      }),
    })
    const events = await ask(server, ada)
    expect(String(thrown)).toContain('callClientTool("selection") was called inside of a nested agent')
    expect(calls(events)).toEqual([])
    expect(answers(events)).toEqual(['Outer.'])
  })

  it('keeps an open workflow open until the client has answered', async () => {
    const model = new ScriptedModel([modelResponse([call('selection', 'call_1')]), streamed('Nodes.')])
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools: [askPage('selection')] })
    const { server } = scriptedServer({ agent })
    const events = await ask(server, ada)
    const workflow = events.find((event) => event.type === 'thread.item.added')
    const more = await answerCall(server, threadIdOf(events), 'x')
    const ended = more.find((event) => event.type === 'thread.item.done')
    expect(ended).toMatchObject({
      item: {
        id: workflow?.item.id,
        type: 'workflow',
        workflow: { summary: { duration: expect.any(Number) } },
      },
    })
  })
})
