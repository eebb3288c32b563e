import { describe, expect, it } from 'vitest'
import {
  ChatKitError,
  MemoryStore,
  type Page,
  type ThreadItem,
  type ThreadStreamEvent,
  type Turn,
} from '../src/index.ts'
import { ada, add, answer, beginning, create, input, TestServer, type User } from './test-server.ts'

const asAda = { owner: 'ada', context: ada }
const itemsOf = async (server: TestServer, id: string): Promise<ThreadItem[]> =>
  (await server.store.listItems(id, { limit: 100, order: 'asc', include: 'visible' }, asAda)).data
const wordsOf = (items: ThreadItem[]): string[] =>
  items.map((item) =>
    item.type === 'user_message' || item.type === 'assistant_message'
      ? item.content.map(({ text }) => text).join('')
      : item.type,
  )
const idOf = (events: ThreadStreamEvent[]): string => {
  const [created] = events
  return created?.type === 'thread.created' ? created.thread.id : ''
}

describe('an answer that fails in an unusual way still ends, with an error and a free thread', () => {
  const ways: Record<string, () => (turn: Turn<User>) => AsyncIterable<ThreadStreamEvent>> = {
    'a lookup of another thread that is not there': () =>
      async function* (turn) {
        yield { type: 'progress_update', text: 'Looking' }
        await turn.store.loadThread('thr_gone')
      },
    'metadata that no JSON can hold': () =>
      async function* (turn) {
        yield { type: 'progress_update', text: 'Counting' }
        turn.thread.metadata.count = 1n
      },
    'an item that cannot be stored': () =>
      async function* (turn) {
        const widget = { type: 'Card' as const, onClick: () => {} }
        yield {
          type: 'thread.item.done',
          item: { ...answer(turn, ''), type: 'widget', widget } as unknown as ThreadItem,
        }
      },
    'a generator whose return() throws': () => () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('no')),
        return: () => {
          throw new Error('nor this')
        },
      }),
    }),
  }
  it.each(Object.entries(ways))('%s', async (_way, make) => {
    let calls = 0
    const server = new TestServer((turn) => (calls++ === 0 ? make()(turn) : []))
    const events = await server.events(create('Hi'))
    expect(events.at(-1)).toMatchObject({ type: 'error', code: 'stream.error', allow_retry: true })
    const id = idOf(events)
    expect(await server.store.activeRun(id, asAda)).toBeUndefined()
    expect(server.errors.length).toBeGreaterThan(0)
    expect((await server.events(add(id, 'again'))).at(-1)).toMatchObject({ type: 'stream_options' })
  })

  it('a store that fails when the answer is closed', async () => {
    const store = new MemoryStore<User>()
    const closeRun = store.closeRun
    let failures = 2
    store.closeRun = (...args) => (failures-- > 0 ? Promise.reject(new Error('away')) : closeRun(...args))
    const server = new TestServer((turn) => beginning(answer(turn, ''), 'half'), { store })
    const events = await server.events(create('Hi'))
    expect(events.at(-1)).toMatchObject({ type: 'error' })
    expect(await store.activeRun(idOf(events), asAda)).toBeUndefined()
  })

  it('a store that is away when the answer is closed gets its words when it is back', async () => {
    const store = new MemoryStore<User>()
    const closeRun = store.closeRun
    let failures = 2
    store.closeRun = (...args) =>
      failures-- > 0 ? Promise.reject(new ChatKitError('unavailable', 'away')) : closeRun(...args)
    const server = new TestServer((turn) => beginning(answer(turn, ''), 'half'), { store })
    const events = await server.events(create('Hi'))
    expect(events.at(-1)).toMatchObject({ type: 'error', allow_retry: true })
    const kept = await store.listItems(idOf(events), { limit: 10, order: 'asc', include: 'visible' }, asAda)
    expect(wordsOf(kept.data)).toEqual(['Hi', 'half'])
  })

  it('a store that is away when the answer ends gets its changes of the thread when it is back', async () => {
    const store = new MemoryStore<User>()
    const { saveThread } = store
    let failures = 2
    store.saveThread = (...args) =>
      failures-- > 0 ? Promise.reject(new ChatKitError('unavailable', 'away')) : saveThread(...args)
    const shown: (string | undefined)[] = []
    const server = new TestServer(
      function* (turn) {
        yield* beginning(answer(turn, ''), 'half')
        turn.thread.title = 'Servos'
        turn.thread.metadata.topic = 'motors'
      },
      {
        store,
        transformOutput: (event) => {
          if (event.type === 'thread.updated') shown.push(event.thread.title)
          return event
        },
      },
    )
    const events = await server.events(create('Hi'))
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['error', 'thread.updated'])
    const thread = await store.loadThread(idOf(events), asAda)
    expect(thread).toMatchObject({ title: 'Servos', metadata: { topic: 'motors' } })
    expect(shown).toEqual(['Servos'])
    expect(server.errors).toHaveLength(1)
  })

  it('changes of the thread that are refused are told of, and cost no words', async () => {
    const store = new MemoryStore<User>()
    store.saveThread = () => Promise.reject(new Error('refused'))
    const server = new TestServer(
      function* (turn) {
        yield* beginning(answer(turn, ''), 'half')
        turn.thread.title = 'Servos'
      },
      { store },
    )
    const events = await server.events(create('Hi'))
    expect(events.at(-1)).toMatchObject({ type: 'error' })
    const kept = await store.listItems(idOf(events), { limit: 10, order: 'asc', include: 'visible' }, asAda)
    expect(wordsOf(kept.data)).toEqual(['Hi', 'half'])
    expect(server.errors).toEqual([new Error('refused')])
  })

  it('a finished message that cannot be stored keeps the words that were streamed, and can be resumed', async () => {
    const store = new MemoryStore<User>()
    const appendItemEvent = store.appendItemEvent
    let failures = 1
    store.appendItemEvent = (...args) =>
      failures-- > 0 ? Promise.reject(new Error('away')) : appendItemEvent(...args)
    const server = new TestServer(
      function* (turn) {
        const item = answer(turn, 'whole')
        yield* beginning({ ...item, content: [] }, 'whole')
        yield { type: 'thread.item.done', item }
      },
      { store },
    )
    const reader = await server.reader(create('Hi'))
    const live = []
    for (let entries = await reader.next(); entries.length > 0; entries = await reader.next())
      live.push(...entries)
    const id = (JSON.parse(live[0]?.json ?? '') as { thread: { id: string } }).thread.id
    const kept = await store.listItems(id, { limit: 10, order: 'asc', include: 'visible' }, asAda)
    expect(wordsOf(kept.data)).toEqual(['Hi', 'whole'])
    for (const [place, { seq }] of live.entries()) {
      const params = { thread_id: id, after: `${reader.runId}:${seq}` }
      const again = await server.reader({ type: 'threads.resume', params })
      const rest = []
      for (let entries = await again.next(); entries.length > 0; entries = await again.next())
        rest.push(...entries)
      expect(rest).toEqual(live.slice(place + 1))
    }
  })
})

it('ids that clients send cannot block a thread of somebody else', async () => {
  const server = new TestServer(() => [])
  const victim = await server.newThread('mine')
  const eve = { userId: 'eve' }
  const send = (threadId: string, attachments: string[]) =>
    server
      .process(
        {
          type: 'threads.add_user_message',
          params: { thread_id: threadId, input: { ...input('x'), attachments } },
        },
        eve,
      )
      .catch((error: { code: string }) => error.code)
  await Promise.all([
    send('thr_x', ['A', 'B']),
    send('attachment A', ['B']),
    send('attachment B', ['A']),
    send(victim, ['A']),
  ])
  expect((await server.events(add(victim, 'still mine'))).length).toBeGreaterThan(0)
})

it('a hook that gives a promise which rejects is ignored like one that throws', async () => {
  const rejections: unknown[] = []
  const onRejection = (error: unknown): void => void rejections.push(error)
  process.on('unhandledRejection', onRejection)
  const away = async (): Promise<void> => {
    throw new Error('metrics away')
  }
  const server = new TestServer(() => [], { hooks: { onRunEnd: away, onRunStart: away, onRequest: away } })
  await server.newThread()
  await server.close()
  await new Promise((resolve) => void setImmediate(resolve))
  process.off('unhandledRejection', onRejection)
  expect(rejections).toEqual([])
})

describe('a retry', () => {
  const retry = (threadId: string, itemId: string): object => ({
    type: 'threads.retry_after_item',
    params: { thread_id: threadId, item_id: itemId },
  })

  it('may give its answer the id of the old one', async () => {
    let calls = 0
    const server = new TestServer((turn) => [
      {
        type: 'thread.item.done',
        item: { ...answer(turn, `answer ${calls++}`), id: `to_${turn.userMessage?.id}` },
      },
    ])
    const id = await server.newThread()
    const [message] = await itemsOf(server, id)
    await server.events(retry(id, message?.id ?? ''))
    expect(wordsOf(await itemsOf(server, id))).toEqual(['Hello', 'answer 1'])
  })

  it('that takes back what it made brings the old answer back', async () => {
    let calls = 0
    const server = new TestServer((turn): ThreadStreamEvent[] => {
      const item = answer(turn, `answer ${calls++}`)
      const done: ThreadStreamEvent = { type: 'thread.item.done', item }
      return calls === 1 ? [done] : [done, { type: 'thread.item.removed', item_id: item.id }]
    })
    const id = await server.newThread()
    const [message] = await itemsOf(server, id)
    await server.events(retry(id, message?.id ?? ''))
    expect(wordsOf(await itemsOf(server, id))).toEqual(['Hello', 'answer 0'])
  })
})

it('pages of a thread that is being answered repeat nothing, whoever has saved its items', async () => {
  const gate = Promise.withResolvers<void>()
  const saved = Promise.withResolvers<void>()
  const server = new TestServer(async function* (turn) {
    for (let n = 1; n <= 12; n++) yield { type: 'thread.item.done', item: answer(turn, `d${n}`) }
    await turn.store.saveItem(turn.thread.id, answer(turn, 'by a tool'))
    saved.resolve()
    await gate.promise
  })
  const reader = await server.reader(create('Hi'))
  const [first] = await reader.next()
  const { thread } = JSON.parse(first?.json ?? '') as { thread: { id: string } }
  await saved.promise
  const words: string[] = []
  for (let after: string | undefined; ;) {
    const page: Page<ThreadItem> = await server.json({
      type: 'items.list',
      params: { thread_id: thread.id, limit: 5, ...(after === undefined ? {} : { after }) },
    })
    words.push(...wordsOf(page.data))
    if (!page.has_more) break
    after = page.after
  }
  expect(words).toEqual(['by a tool', ...Array.from({ length: 12 }, (_, index) => `d${12 - index}`), 'Hi'])
  gate.resolve()
  await server.close()
})

it('an answer of nothing but empty deltas is cut off', async () => {
  const server = new TestServer(
    function* (turn) {
      const item = answer(turn, '')
      yield* beginning(item)
      const [, nothing] = [...beginning(item, '')]
      while (nothing) yield nothing
    },
    { limits: { maxRunMs: 100 } },
  )
  const events = await server.events(create('Hi'))
  expect(events.length).toBeLessThan(10)
  expect(events.at(-1)).toMatchObject({ type: 'error' })
})

it('the output of a client tool that comes at once waits for the answer that asked for it', async () => {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const statuses: string[] = []
  let calls = 0
  const server = new TestServer(
    async function* (turn) {
      if (calls++ > 0) return
      const fields = { id: 'tc', thread_id: turn.thread.id, created_at: turn.now().toISOString() }
      yield {
        type: 'thread.item.done',
        item: {
          ...fields,
          type: 'client_tool_call',
          status: 'pending',
          call_id: 'c',
          name: 'f',
          arguments: {},
        },
      }
      asked.resolve()
      await gate.promise
      yield { type: 'progress_update', text: 'Counting the cost' }
    },
    { hooks: { onRunEnd: ({ status }) => statuses.push(status) } },
  )
  const reader = await server.reader(create('Hi'))
  const [first] = await reader.next()
  const { thread } = JSON.parse(first?.json ?? '') as { thread: { id: string } }
  await asked.promise
  const output = server.events({
    type: 'threads.add_client_tool_output',
    params: { thread_id: thread.id, result: 1 },
  })
  gate.resolve()
  await output
  expect(statuses).toEqual(['completed', 'completed'])
})

it('a limit of for ever, or of more than a timer can wait, is for ever', async () => {
  for (const limits of [
    { maxRunMs: Number.POSITIVE_INFINITY, idleMs: Number.POSITIVE_INFINITY },
    { maxRunMs: 30 * 24 * 60 * 60 * 1_000 },
  ]) {
    const server = new TestServer(
      async function* () {
        await new Promise((resolve) => setTimeout(resolve, 20))
        yield { type: 'progress_update', text: 'there' }
      },
      { limits },
    )
    expect((await server.events(create('Hi'))).at(-1)).toMatchObject({ type: 'progress_update' })
  }
})

it('close() may be called twice', async () => {
  const server = new TestServer(async function* (turn) {
    yield* beginning(answer(turn, ''), 'half')
    await new Promise((resolve) => turn.signal.addEventListener('abort', resolve))
  })
  await (await server.reader(create('Hi'))).next()
  await Promise.all([server.close(), server.close({ graceMs: 0 })])
  expect(server.store.counters().activeRuns).toBe(0)
})

it('a stop that comes while the last event is being stored is a stop', async () => {
  const store = new MemoryStore<User>()
  const appendItemEvent = store.appendItemEvent
  const storing = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  store.appendItemEvent = async (...args) => {
    storing.resolve()
    await gate.promise
    return appendItemEvent(...args)
  }
  const statuses: string[] = []
  const server = new TestServer((turn) => [{ type: 'thread.item.done', item: answer(turn, 'A') }], {
    store,
    hooks: { onRunEnd: ({ status }) => statuses.push(status) },
  })
  const reader = await server.reader(create('Hi'))
  const [first] = await reader.next()
  const { thread } = JSON.parse(first?.json ?? '') as { thread: { id: string } }
  await storing.promise
  await server.json({ type: 'threads.stop', params: { thread_id: thread.id } })
  gate.resolve()
  while ((await reader.next()).length > 0);
  await server.close()
  expect(statuses).toEqual(['stopped'])
})

it.each(['appendDeltas', 'appendItemEvent'] as const)(
  'readers miss nothing of a write that was made although %s failed',
  async (method) => {
    const store = new MemoryStore<User>()
    const original = store[method] as (...args: unknown[]) => Promise<unknown>
    const sawFirst = Promise.withResolvers<void>()
    const server = new TestServer(
      async function* (turn) {
        const item = answer(turn, 'all of it')
        yield { type: 'progress_update', text: 'Beginning' }
        await sawFirst.promise
        Object.assign(store, {
          [method]: async (...args: unknown[]) => {
            await original(...args)
            throw new Error('The connection was cut before the reply.')
          },
        })
        yield* beginning({ ...item, content: [] }, 'all ')
        yield { type: 'thread.item.done', item }
      },
      { store },
    )
    const reader = await server.reader(create('Hi'))
    const seen: unknown[] = []
    for (let entries = await reader.next(); entries.length > 0; entries = await reader.next()) {
      seen.push(...entries)
      if (entries.some(({ json }) => json.includes('Beginning'))) sawFirst.resolve()
    }
    expect(seen).toEqual((await store.readEvents(reader.runId, 0, asAda))?.entries)
    expect(JSON.stringify(seen.at(-1))).toContain('stream.error')
  },
)
