import { Agent, handoff, tool } from '@openai/agents'
import {
  assistantMessage,
  functionCall,
  modelResponse,
  ScriptedModel,
  type ScriptedModelInput,
} from '@openai/agents/testing'
import type { Task, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AgentChatKitServerOptions } from '../src/index.ts'
import { ada, answers, ask, type Person, scriptedServer, threadIdOf } from './ask.ts'
import { streamed } from './model-events.ts'
import { inputOf } from './received.ts'

const search = tool({
  name: 'search_course',
  description: 'Searches.',
  parameters: z.object({ query: z.string() }),
  execute: async ({ query }) => (query === 'all' ? 'x'.repeat(50_000) : `passages about ${query}`),
})

const call = (query: string, callId = `call_${query}`) => functionCall('search_course', { query }, { callId })

function server(script: ScriptedModelInput[], options: Partial<AgentChatKitServerOptions<Person>> = {}) {
  const model = new ScriptedModel(script)
  const agent = new Agent({ name: 'Tutor', instructions: 'x', model, tools: [search] })
  return { ...scriptedServer({ agent, ...options }), model }
}

/** The tasks of the last workflow that was ended. */
const tasks = (events: ThreadStreamEvent[]): Task[] | undefined =>
  events
    .flatMap((event) =>
      event.type === 'thread.item.done' && event.item.type === 'workflow' ? [event.item.workflow.tasks] : [],
    )
    .at(-1)

describe('a tool at work', () => {
  it('is a task that is loading and then complete', async () => {
    const { server: chat } = server([modelResponse([call('dds')]), streamed('Found.')])
    const events = await ask(chat, ada)
    const added = events.find((event) => event.type === 'thread.item.added')
    expect(added).toMatchObject({
      item: {
        workflow: { tasks: [{ type: 'custom', title: 'Search course', status_indicator: 'loading' }] },
      },
    })
    expect(tasks(events)).toEqual([{ type: 'custom', title: 'Search course', status_indicator: 'complete' }])
  })

  it('is each a task of its own where several work at once', async () => {
    const { server: chat } = server([modelResponse([call('a'), call('b')]), streamed('Found.')])
    expect(tasks(await ask(chat, ada))).toHaveLength(2)
  })

  it('is called as the application wants it, in the language of who is asking', async () => {
    const labels = {
      search_course: ({ state, turn }: { state: string; turn: { context: unknown } }) =>
        (turn.context as Person).userId === 'ada' ? `Durchsucht den Kurs (${state})` : 'Searching',
    }
    const { server: chat } = server([modelResponse([call('dds')]), streamed('Found.')], {
      showTools: { labels },
    })
    expect(tasks(await ask(chat, ada))).toMatchObject([{ title: 'Durchsucht den Kurs (done)' }])
  })

  it('is not shown where the application does not want it', async () => {
    const { server: chat } = server([modelResponse([call('dds')]), streamed('Found.')], { showTools: false })
    const events = await ask(chat, ada)
    expect(JSON.stringify(events)).not.toContain('workflow')
    expect(answers(events)).toEqual(['Found.'])
  })

  it('shows a hand-off, too', async () => {
    const model = new ScriptedModel([
      modelResponse([functionCall('transfer_to_Coder', {}, { callId: 'h' })]),
      modelResponse([assistantMessage('Code.')]),
    ])
    const coder = new Agent({ name: 'Coder', instructions: 'x', model })
    const agent = new Agent({ name: 'Tutor', instructions: 'x', model, handoffs: [handoff(coder)] })
    const events = await ask(scriptedServer({ agent }).server, ada)
    expect(tasks(events)).toMatchObject([{ title: 'Handed over to Coder', status_indicator: 'complete' }])
  })

  it('is remembered with its output in later turns, and no client sees that', async () => {
    const { server: chat, model } = server([
      modelResponse([call('dds')]),
      streamed('Found.'),
      streamed('As I said.'),
    ])
    const events = await ask(chat, ada)
    expect(JSON.stringify(events)).not.toContain('passages about')
    await ask(chat, ada, { threadId: threadIdOf(events), text: 'Again' })
    const sent = model.lastCall?.request.input as { type?: string; role?: string }[]
    expect(
      sent.filter(({ type, role }) => type?.startsWith('function_call') || role === 'assistant'),
    ).toMatchObject([
      { type: 'function_call', callId: 'call_dds', name: 'search_course', arguments: '{"query":"dds"}' },
      { type: 'function_call_result', callId: 'call_dds', output: 'passages about dds' },
      { role: 'assistant' },
    ])
  })

  it('is remembered with no more of its output than is good for the next turn', async () => {
    const { server: chat, model } = server([
      modelResponse([call('all')]),
      streamed('Found.'),
      streamed('Well.'),
    ])
    await ask(chat, ada, { threadId: threadIdOf(await ask(chat, ada)), text: 'Again' })
    const outputs = inputOf<{ type?: string; output?: string }>(model).filter(
      ({ type }) => type === 'function_call_result',
    )
    expect(outputs.map(({ output }) => output?.length)).toEqual([10_000])
  })
})
