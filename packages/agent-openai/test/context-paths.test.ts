import { Agent, OpenAIProvider, tool } from '@openai/agents'
import { MemoryStore, readEvents, type ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { type ModelReply, openModelDouble, type ReceivedRequest } from '../src/testing/index.ts'
import { ada, ask, contextOf, loadThread, type Person, scriptedServer, threadIdOf } from './ask.ts'

const TITLE = 'ROS 2 — روبوٹ 🤖'
const metadata = { page: { title: TITLE, headings: ['Nodes'] }, selection: 'DDS discovers peers' }

async function eventsOf(reply: Awaited<ReturnType<ReturnType<typeof scriptedServer>['server']['process']>>) {
  if (reply.kind !== 'stream') throw new Error('expected a stream')
  const events: ThreadStreamEvent[] = []
  for await (const event of readEvents(reply.reader)) events.push(event)
  return events
}

const QUESTIONS = ['First', 'Second', 'Third', 'Fourth']

/** The page directly before the user's last question, once, and nowhere else. */
function carriesPage(request: ReceivedRequest | undefined): boolean {
  const entries = ((request?.body.input ?? []) as object[]).map((entry) => JSON.stringify(entry))
  const last = entries.findLastIndex((json) => QUESTIONS.some((question) => json.includes(`"${question}"`)))
  const withTitle = entries.filter((json) => json.includes(TITLE))
  const isBefore = withTitle.length === 1 && entries[last - 1] === withTitle[0]
  return isBefore && !String(request?.body.instructions).includes('ROS')
}

const memory = () => new MemoryStore<Person>()

it('reaches the model on the first message, the next, a retry, a tool’s output and an action, and is never stored', async () => {
  const call = (name: string): ModelReply => ({
    output: [{ type: 'tool_call', name, callId: `call_${name}` }],
  })
  await using model = await openModelDouble({
    script: ['One.', 'Two.', 'Two again.', call('page'), 'Three.', call('mail'), 'Four.'],
  })
  const page = tool({
    name: 'page',
    description: 'Asks the page.',
    parameters: z.object({}),
    execute: (_input, run) => contextOf(run).callClientTool('page'),
  })
  const mail = tool({
    name: 'mail',
    description: 'Sends a mail.',
    parameters: z.object({}),
    needsApproval: true,
    execute: () => 'sent',
  })
  const store = memory()
  const written: unknown[] = []
  const { server } = scriptedServer({
    store: recording(store, written),
    agent: new Agent({ name: 'Tutor', instructions: 'x', model: 'test-model', tools: [page, mail] }),
    modelProvider: new OpenAIProvider({ apiKey: 'test', baseURL: model.baseUrl }),
  })
  const threadId = threadIdOf(await ask(server, ada, { metadata, text: 'First' }))
  const process = async (type: string, params: object) =>
    eventsOf(await server.process({ type, params: { thread_id: threadId, ...params }, metadata }, ada))

  await ask(server, ada, { threadId, metadata, text: 'Second' })
  const { items } = await loadThread(server, ada, threadId)
  const second = (items.data as unknown as { id: string; type: string }[]).findLast(
    ({ type }) => type === 'user_message',
  )
  await process('threads.retry_after_item', { item_id: second?.id })
  await ask(server, ada, { threadId, metadata, text: 'Third' })
  await process('threads.add_client_tool_output', { result: { title: 'of the client' } })
  const asked = await ask(server, ada, { threadId, metadata, text: 'Fourth' })
  const widget = asked.flatMap((event) =>
    event.type === 'thread.item.done' && event.item.type === 'widget' ? [event.item] : [],
  )[0]
  const button = /\{"type":"agent\.approval","payload":\{[^}]*"approve":true\}\}/.exec(
    JSON.stringify(widget),
  )?.[0]
  await process('threads.custom_action', { item_id: widget?.id, action: JSON.parse(button ?? '') as object })

  expect(model.requests).toHaveLength(7)
  expect(model.requests.map(carriesPage)).toEqual(Array.from({ length: 7 }, () => true))
  const stored = JSON.stringify(written)
  expect(stored).toContain('Fourth')
  for (const secret of [TITLE, 'روبوٹ', 'DDS discovers peers', 'untrusted_data'])
    expect(stored).not.toContain(secret)
})

/** The store, with everything that is given to it to keep. */
function recording(store: MemoryStore<Person>, written: unknown[]): MemoryStore<Person> {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        // Whoever is asking comes last, and is no row.
        written.push(
          args.slice(0, -1),
          name === 'closeRun' || String(name).startsWith('append') ? args.at(-1) : '',
        )
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
}
