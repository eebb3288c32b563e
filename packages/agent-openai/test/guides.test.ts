import { Agent, OpenAIProvider, setDefaultModelProvider } from '@openai/agents'
import {
  type ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  readEvents,
  type ThreadStreamEvent,
} from '@robolearn/chatkit-server-core'
import { toNodeHandler } from '@robolearn/chatkit-server-core/node'
import { defineActions } from '@robolearn/chatkit-server-core/widgets'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ModelDouble, type ModelReply, openModelDouble } from '../src/testing/index.ts'
import { z } from 'zod'
import { AgentChatKitServer } from '../src/index.ts'
import { answers, ask, threadIdOf } from './ask.ts'

const person = { userId: 'ada', language: 'de' as const, plan: 'school' as const }

let model: ModelDouble

// One for each test: a guardrail may trip before its model was asked, and leave a reply behind.
beforeEach(async () => {
  model = await openModelDouble()
  setDefaultModelProvider(new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl }))
})
afterEach(() => model.close())

const call = (name: string, args: Record<string, unknown> = {}): ModelReply => ({
  output: [{ type: 'tool_call', name, arguments: args }],
})

const sentJson = (): string => JSON.stringify(model.requests.map(({ body }) => body))

const guides = [
  'quickstart',
  'tools',
  'client-tools',
  'widgets',
  'guardrails',
  'approvals',
  'context',
  'history',
  'other-models',
  'testing',
]
const parts = [['context', 'context-client']]

/** Presses a button of a widget, and gives every event of the answer. */
async function sendAction<TContext extends object>(
  server: ChatKitServer<TContext>,
  threadId: string,
  params: object,
): Promise<ThreadStreamEvent[]> {
  const body = { type: 'threads.custom_action', params: { thread_id: threadId, ...params } }
  const reply = await server.process(body, person as unknown as TContext)
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const events: ThreadStreamEvent[] = []
  for await (const event of readEvents(reply.reader)) events.push(event)
  return events
}

describe('a guide', () => {
  const shown = [...guides.map((name) => [name, name]), ...parts]
  it.each(shown)('%s shows a file that is run here, word for word (%s)', (name, file) => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
    expect(read(`../../../docs/guides/${name}.md`)).toContain(`\`\`\`ts\n${read(`guides/${file}.ts`)}\`\`\``)
  })

  it('quickstart answers, in 25 lines at most', async () => {
    model.enqueue('A node is a process.')
    const { server, http } = await import('./guides/quickstart.ts')
    expect(answers(await ask(server, person))).toEqual(['A node is a process.'])
    expect(http.listening).toBe(false)
    const lines = readFileSync(new URL('guides/quickstart.ts', import.meta.url), 'utf8').split('\n').length
    expect(lines).toBeLessThanOrEqual(25)
  })

  it('tools shows, cites and remembers', async () => {
    model.enqueue(call('search_lessons', { query: 'nodes' }), 'A node is a process.')
    const { server } = await import('./guides/tools.ts')
    const json = JSON.stringify(await ask(server, person))
    expect(json).toContain('Durchsucht die Lektionen')
    expect(json).toContain('https://course.example/nodes')
    expect(json).toContain('Searching for nodes')
  })

  it('client-tools asks the page', async () => {
    model.enqueue(call('read_selection'))
    const { server } = await import('./guides/client-tools.ts')
    expect(JSON.stringify(await ask(server, person))).toContain('"type":"client_tool_call"')
  })

  it('widgets shows one that grows', async () => {
    model.enqueue(call('show_plan'), 'Here it is.')
    const { server } = await import('./guides/widgets.ts')
    const events = await ask(server, person)
    expect(JSON.stringify(events)).toContain('widget.streaming_text.value_delta')
    expect(answers(events)).toEqual(['Here it is.'])
  })

  it('widgets answers its button, and nothing that was forged', async () => {
    model.enqueue(call('show_plan'), 'Here it is.')
    const { server } = await import('./guides/widgets.ts')
    const events = await ask(server, person)
    const done = events.find((event) => event.type === 'thread.item.done' && event.item.type === 'widget')
    const itemId = done?.type === 'thread.item.done' ? done.item.id : ''
    const press = (payload: object) =>
      sendAction(server, threadIdOf(events), { item_id: itemId, action: { type: 'plan.begin', payload } })
    expect(answers(await press({ lesson: 1 }))).toEqual(['Open lesson 1.'])
    const forged = await press({ lesson: 99 })
    expect(answers(forged)).toEqual([])
    expect(forged.map(({ type }) => type)).toContain('error')
  })

  it('guardrails answers in other words', async () => {
    model.enqueue('Sure, here is your essay.')
    const { server } = await import('./guides/guardrails.ts')
    const events = await ask(server, person, { text: 'Do my homework' })
    expect(answers(events).at(-1)).toBe('I explain, but I do not do homework.')
  })

  it('approvals asks before it sends', async () => {
    model.enqueue(call('mail_teacher', { text: 'I am ill.' }))
    const { server, sent } = await import('./guides/approvals.ts')
    const json = JSON.stringify(await ask(server, person))
    expect(json).toContain('Send this mail to your teacher?')
    expect(json).toContain('I am ill.')
    expect(sent).toEqual([])
  })

  it('approvals are decided whatever the table of actions names, and only they pass it', async () => {
    const server = new AgentChatKitServer<{ userId: string }>({
      store: new MemoryStore(),
      owner: ({ userId }) => userId,
      agent: new Agent({ name: 'Tutor' }),
      actions: defineActions({ 'plan.begin': z.any() }),
    })
    model.enqueue('Hello.')
    const threadId = threadIdOf(await ask(server, person))
    const send = (type: string) =>
      sendAction(server, threadId, { action: { type, payload: { approve: true } } })
    await expect(send('agent.other')).rejects.toMatchObject({ status: 400 })
    const events = await send('agent.approval')
    expect(events.find(({ type }) => type === 'error')).toMatchObject({
      message: 'This is not something that can be approved.',
    })
  })

  it('context gives facts to the instructions and the page as data', async () => {
    model.enqueue('Yes.')
    const { server } = await import('./guides/context.ts')
    await ask(server, person, { metadata: { page: { title: 'Topics' } } })
    const { instructions } = model.requests[0]?.body ?? {}
    expect(instructions).toContain('- plan: "school"')
    expect(instructions).not.toContain('Topics')
    expect(sentJson()).toContain('<page_title>Topics</page_title>')
  })

  it('context comes from the page through the official client’s fetch', async () => {
    model.enqueue('Yes.')
    const { server } = await import('./guides/context.ts')
    const { apiOf } = await import('./guides/context-client.ts')
    const handler = createChatKitHandler(server, { authenticate: () => person })
    const listener = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    const page = { url: '/nodes', title: 'Nodes', headings: [], selection: 'a process' }
    const { url, fetch } = apiOf(`http://127.0.0.1:${port}/chatkit`, () => page)
    const params = { input: { content: [{ type: 'input_text', text: 'What?' }] } }
    const body = JSON.stringify({ type: 'threads.create', params })
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    await response.text()
    listener.close()
    listener.closeAllConnections()
    for (const section of ['<page_title>Nodes<', '<selection>a process<', 'course: Robotics 1'])
      expect(sentJson()).toContain(section)
  })

  it('history sends what fits, and a word about the rest', async () => {
    model.enqueue('One.', 'Two.')
    const { server } = await import('./guides/history.ts')
    const events = await ask(server, person, { text: 'First' })
    const created = events.find((event) => event.type === 'thread.created')
    await ask(server, person, { threadId: created?.thread.id ?? '', text: 'Second' })
    expect(JSON.stringify(model.requests.at(-1)?.body)).not.toContain('First')
    expect(sentJson()).toContain('earlier entries are left out.')
  })

  it('other-models speaks Chat Completions', async () => {
    model.enqueue('Locally.')
    const { localTutor } = await import('./guides/other-models.ts')
    const question = { input: { inference_options: { model: 'large' } } }
    expect(answers(await ask(localTutor(model.baseUrl), person, question))).toEqual(['Locally.'])
    expect(model.requests[0]).toMatchObject({ api: 'chat-completions', body: { model: 'large' } })
  })

  it('testing needs no network', async () => {
    const { askTutor } = await import('./guides/testing.ts')
    const { types, instructions } = await askTutor('What is a node?')
    expect(types).toContain('thread.item.done')
    expect(instructions).toBe('You are a tutor.')
  })
})
