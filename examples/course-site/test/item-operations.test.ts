import {
  ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  textStream,
  type ThreadStreamEvent,
  type Turn,
} from '@robolearn/chatkit-server-core'
import { createChatKitClient } from '@robolearn/chatkit-server-core/client'
import { expect, it } from 'vitest'
import { type ChatView, createChat } from '../panel/chat-state.ts'

// Asks the page for something that it cannot do, then says more, and answers whatever comes of it.
class AskingServer extends ChatKitServer<string> {
  more: (turn: Turn<string>) => AsyncIterable<ThreadStreamEvent> = (turn) => textStream(turn, ['One moment.'])

  override async *respond(turn: Turn<string>): AsyncGenerator<ThreadStreamEvent> {
    if (!turn.userMessage) return yield* textStream(turn, ['So be it.'])
    const base = {
      id: turn.generateId('tc'),
      thread_id: turn.thread.id,
      created_at: turn.now().toISOString(),
    }
    const call = { call_id: 'c1', name: 'fly', arguments: {}, status: 'pending' as const }
    yield { type: 'thread.item.done', item: { ...base, type: 'client_tool_call', ...call } }
    yield* this.more(turn)
  }
}

function setUp(onView: (view: ChatView) => void = () => {}) {
  const server = new AskingServer({ store: new MemoryStore(), owner: (id) => id })
  const handler = createChatKitHandler(server, { authenticate: () => 'ada' })
  const requests: string[] = []
  const client = createChatKitClient({
    url: 'http://course.test/chatkit',
    fetch: (url, init) => {
      requests.push(JSON.parse(typeof init.body === 'string' ? init.body : '').type)
      return handler.fetch(new Request(url, init))
    },
  })
  let view: ChatView | undefined
  const onChange = (next: ChatView): void => {
    view = next
    onView(next)
  }
  const memory = { load: () => undefined, save: () => {}, forget: () => {} }
  return { chat: createChat({ client, memory, onChange }), server, requests, view: () => view }
}

const callIn = (view: ChatView | undefined) =>
  view?.thread.items.find((item) => item.type === 'client_tool_call')

it('tells the assistant what came of its call, and goes on with the answer', async () => {
  const { chat, requests, view } = setUp()
  await chat.open('ada')
  await chat.ask({ text: 'Go.' })
  expect(requests).toEqual(['threads.create', 'threads.add_client_tool_output'])
  expect(callIn(view())).toMatchObject({ status: 'completed', output: { error: expect.any(String) } })
  expect(view()?.thread.items.at(-1)).toMatchObject({ content: [{ text: 'So be it.' }] })
})

it('does nothing of its own accord once the learner has stopped the answer', async () => {
  const { promise: isCalled, resolve } = Promise.withResolvers<void>()
  const { chat, server, requests, view } = setUp((next) => callIn(next) && resolve())
  server.more = async function* ({ signal }) {
    yield { type: 'progress_update', text: 'One moment.' }
    await new Promise((stopped) => signal.addEventListener('abort', stopped))
  }
  await chat.open('ada')
  const asked = chat.ask({ text: 'Go.' })
  await isCalled
  await chat.stop()
  await asked
  expect(requests).toEqual(['threads.create', 'threads.stop'])
  expect(callIn(view())).toMatchObject({ status: 'pending' })

  server.more = (turn) => textStream(turn, ['Else.'])
  // The server has closed the call by now, and the page with it.
  await chat.ask({ text: 'Something else.' })
  expect(view()?.thread.items.filter(({ type }) => type === 'client_tool_call')).toMatchObject([
    { status: 'completed' },
    { status: 'completed' },
  ])
})
