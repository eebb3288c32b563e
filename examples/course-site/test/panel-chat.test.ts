import {
  ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  StreamError,
  textStream,
} from '@robolearn/chatkit-server-core'
import { createChatKitClient } from '@robolearn/chatkit-server-core/client'
import { describe, expect, it } from 'vitest'
import { type ChatView, createChat } from '../panel/chat-state.ts'

type Respond = ChatKitServer<string>['respond']

class EchoServer extends ChatKitServer<string> {
  script: Respond = (turn) => textStream(turn, ['An ', 'answer.'])

  override respond(turn: Parameters<Respond>[0]): ReturnType<Respond> {
    return this.script(turn)
  }
}

function setUp() {
  const server = new EchoServer({ store: new MemoryStore(), owner: (id) => id, hooks: { onError: () => {} } })
  const handler = createChatKitHandler(server, { authenticate: () => 'ada' })
  const remembered = new Map<string, string>()
  const memory = {
    load: (learner: string) => remembered.get(learner),
    save: (learner: string, threadId: string) => void remembered.set(learner, threadId),
    forget: (learner: string) => void remembered.delete(learner),
  }
  const network = { refuse: undefined as Response | 'offline' | undefined }
  const requests: { type: string; metadata: unknown }[] = []
  const client = createChatKitClient({
    url: 'http://course.test/chatkit',
    metadata: () => ({ page: { title: 'Quaternions' } }),
    fetch: async (url, init) => {
      requests.push(JSON.parse(typeof init.body === 'string' ? init.body : ''))
      if (network.refuse === 'offline') throw new TypeError('fetch failed')
      return network.refuse ?? handler.fetch(new Request(url, init))
    },
  })
  const start = (onView: (view: ChatView) => void = () => {}) => {
    const views: ChatView[] = []
    const onChange = (view: ChatView): void => {
      views.push(view)
      onView(view)
    }
    const chat = createChat({ client, memory, onChange })
    return { chat, view: () => views.at(-1), views }
  }
  return { server, network, remembered, requests, start }
}

const texts = (view: ChatView | undefined) =>
  (view?.thread.items ?? []).map((item) =>
    item.type === 'user_message' || item.type === 'assistant_message'
      ? item.content.map(({ text }) => text).join('')
      : item.type,
  )

describe('a conversation', () => {
  it('shows the question at once, then the answer, and goes on in the same thread', async () => {
    const { start, requests } = setUp()
    const { chat, view, views } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    expect(views[1]).toMatchObject({ question: { text: 'One?' }, phase: 'answering' })
    await chat.ask({ text: 'Two?' })
    expect(texts(view())).toEqual(['One?', 'An answer.', 'Two?', 'An answer.'])
    expect(view()).toMatchObject({ phase: 'idle' })
    expect(view()).not.toHaveProperty('question')
    expect(requests.map(({ type }) => type)).toEqual(['threads.create', 'threads.add_user_message'])
    expect(requests[0]?.metadata).toEqual({ page: { title: 'Quaternions' } })
  })

  it('is there again after a reload, however long it is', async () => {
    const { start } = setUp()
    const before = start()
    await before.chat.open('ada')
    for (let question = 0; question < 12; question += 1)
      await before.chat.ask({ text: `Question ${question}?` })
    const after = start()
    await after.chat.open('ada')
    expect(texts(after.view())).toHaveLength(24)
    expect(texts(after.view())).toEqual(texts(before.view()))
  })

  it('is kept apart for each learner', async () => {
    const { start } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'Mine?' })
    await chat.open('grace')
    expect(texts(view())).toEqual([])
    await chat.open('ada')
    expect(texts(view())).toEqual(['Mine?', 'An answer.'])
  })

  it('starts empty when the stored thread is gone', async () => {
    const { start, remembered } = setUp()
    remembered.set('ada', 'thr_gone')
    const { chat, view } = start()
    await chat.open('ada')
    expect(view()).toMatchObject({ phase: 'idle', thread: { items: [] } })
    expect(view()).not.toHaveProperty('failure')
    expect(remembered.size).toBe(0)
  })

  it('begins anew on request', async () => {
    const { start, requests } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    chat.startOver()
    expect(texts(view())).toEqual([])
    await chat.ask({ text: 'Two?' })
    expect(texts(view())).toEqual(['Two?', 'An answer.'])
    expect(requests.at(-1)?.type).toBe('threads.create')
  })
})

describe('an answer under way', () => {
  async function* half(turn: Parameters<Respond>[0]): AsyncGenerator<string> {
    yield 'One half '
    await new Promise<void>((resolve) => turn.signal.addEventListener('abort', () => resolve()))
  }

  it('keeps its words when it is stopped', async () => {
    const { start, server, requests } = setUp()
    server.script = (turn) => textStream(turn, half(turn))
    const { chat, view } = start((now) => {
      if (texts(now).length === 2) void chat.stop()
    })
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    expect(view()).toMatchObject({ phase: 'idle' })
    expect(texts(view())).toEqual(['One?', 'One half '])
    expect(requests.map(({ type }) => type)).toContain('threads.stop')
    const { chat: later, view: again } = start()
    await later.open('ada')
    expect(texts(again())).toEqual(['One?', 'One half '])
  })

  it('goes on where the page was left, and is followed after a reload', async () => {
    const { start, server } = setUp()
    const gate = Promise.withResolvers<void>()
    async function* words(): AsyncGenerator<string> {
      yield 'One half '
      await gate.promise
      yield 'and the other.'
    }
    server.script = (turn) => textStream(turn, words())
    const reached = Promise.withResolvers<void>()
    const before = start((now) => {
      if (texts(now).length === 2) reached.resolve()
    })
    await before.chat.open('ada')
    const asking = before.chat.ask({ text: 'One?' })
    await reached.promise
    const after = start((now) => {
      if (now.phase === 'answering' && texts(now).length === 2) gate.resolve()
    })
    await after.chat.open('ada')
    expect(texts(after.view())).toEqual(['One?', 'One half and the other.'])
    expect(after.view()).toMatchObject({ phase: 'idle' })
    await asking
  })
})

describe('what goes wrong', () => {
  it('keeps the question when the server cannot be reached, and sends it again on request', async () => {
    const { start, network } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    network.refuse = 'offline'
    await chat.ask({ text: 'One?' })
    expect(view()).toMatchObject({
      question: { text: 'One?' },
      phase: 'idle',
      failure: { action: 'try-again' },
    })
    expect(view()?.failure?.text).toContain('cannot be reached')
    network.refuse = undefined
    await chat.tryAgain()
    expect(texts(view())).toEqual(['One?', 'An answer.'])
    expect(view()).not.toHaveProperty('failure')
  })

  it('asks to sign in when the session is over', async () => {
    const { start, network } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    network.refuse = Response.json({ error: { code: 'unauthenticated' } }, { status: 401 })
    await chat.ask({ text: 'One?' })
    expect(view()).toMatchObject({ question: { text: 'One?' }, failure: { action: 'sign-in' } })
  })

  it('begins a new thread after one that was deleted meanwhile', async () => {
    const { start, network } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    network.refuse = Response.json({ error: { code: 'thread_not_found' } }, { status: 404 })
    await chat.ask({ text: 'Two?' })
    expect(view()).toMatchObject({ question: { text: 'Two?' }, failure: { action: 'try-again' } })
    network.refuse = undefined
    await chat.tryAgain()
    expect(texts(view())).toEqual(['Two?', 'An answer.'])
  })

  it('shows the words that an answer fails with, and what came before', async () => {
    const { start, server } = setUp()
    server.script = async function* (turn) {
      yield* textStream(turn, ['A beginning.'])
      throw new StreamError('The model is resting.')
    }
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    expect(texts(view())).toEqual(['One?', 'A beginning.'])
    expect(view()).toMatchObject({
      phase: 'idle',
      failure: { text: 'The model is resting.', action: 'none' },
    })
  })

  it('answers the same message again after an answer that failed', async () => {
    const { start, server, requests } = setUp()
    server.script = async function* (turn) {
      yield* textStream(turn, ['A beginning.'])
      throw new Error('The model is away.')
    }
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    expect(view()).toMatchObject({ failure: { action: 'try-again' } })
    server.script = (turn) => textStream(turn, ['An answer.'])
    await chat.tryAgain()
    expect(texts(view())).toEqual(['One?', 'An answer.'])
    expect(view()).not.toHaveProperty('failure')
    expect(requests.map(({ type }) => type)).toEqual(['threads.create', 'threads.retry_after_item'])
  })

  it('says that an answer was cut off when the stream just ends', async () => {
    const { start, network } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    network.refuse = new Response('', { headers: { 'content-type': 'text/event-stream' } })
    await chat.ask({ text: 'One?' })
    expect(view()).toMatchObject({ question: { text: 'One?' }, failure: { text: 'The answer was cut off.' } })
  })
})

describe('several conversations', () => {
  const idOf = (view: ChatView | undefined): string => view?.thread.thread?.id ?? ''

  it('opens another one, and that one again after a reload', async () => {
    const { start } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    const first = idOf(view())
    chat.startOver()
    await chat.ask({ text: 'Two?' })
    await chat.openThread(first)
    expect(texts(view())).toEqual(['One?', 'An answer.'])
    const after = start()
    await after.chat.open('ada')
    expect(idOf(after.view())).toBe(first)
  })

  it('says that one is no longer there, and asks in a new one', async () => {
    const { start, requests } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    await chat.openThread('thr_gone')
    expect(view()).toMatchObject({ phase: 'idle', thread: { items: [] }, failure: { action: 'none' } })
    await chat.ask({ text: 'One?' })
    expect(requests.at(-1)?.type).toBe('threads.create')
    expect(view()).not.toHaveProperty('failure')
  })

  it('shows what was said elsewhere, and keeps what it has when that cannot be told', async () => {
    const { start, network } = setUp()
    const here = start()
    await here.chat.open('ada')
    await here.chat.ask({ text: 'One?' })
    const there = start()
    await there.chat.open('ada')
    await there.chat.ask({ text: 'Two?' })
    network.refuse = Response.json({}, { status: 503 })
    await here.chat.refresh()
    expect(texts(here.view())).toEqual(['One?', 'An answer.'])
    expect(here.view()).not.toHaveProperty('failure')
    network.refuse = undefined
    await here.chat.refresh()
    expect(texts(here.view())).toEqual(['One?', 'An answer.', 'Two?', 'An answer.'])
  })

  it('shows the new title of the open one only', async () => {
    const { start } = setUp()
    const { chat, view } = start()
    await chat.open('ada')
    await chat.ask({ text: 'One?' })
    chat.retitle('thr_other', 'Other')
    expect(view()?.thread.thread).not.toHaveProperty('title')
    chat.retitle(idOf(view()), 'Mine')
    expect(view()?.thread.thread?.title).toBe('Mine')
  })
})
