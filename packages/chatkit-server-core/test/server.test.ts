import { describe, expect, it } from 'vitest'
import {
  ChatKitError,
  readEvents,
  StreamError,
  textStream,
  type Page,
  type RunReader,
  type ThreadItem,
  type ThreadWithItems,
} from '../src/index.ts'
import { ada, add, answer, beginning, create, grace, TestServer } from './test-server.ts'

const types = (events: { type: string }[]): string[] => events.map(({ type }) => type)
const textsOf = (items: ThreadItem[]): string[] =>
  items.flatMap((item) =>
    item.type === 'assistant_message' || item.type === 'user_message'
      ? item.content.map(({ text }) => text)
      : [item.type],
  )
/** Reads up to the first event and gives the id of the new thread. */
async function threadOf(reader: RunReader): Promise<string> {
  const [first] = await reader.next()
  const event = JSON.parse(first?.json ?? '{}') as { thread?: { id: string } }
  return event.thread?.id ?? ''
}
const getThread = (server: TestServer, id: string, who = ada): Promise<ThreadWithItems> =>
  server.json({ type: 'threads.get_by_id', params: { thread_id: id } }, who)

describe('a turn', () => {
  it('tells of the thread and the message, then streams the answer, and keeps both', async () => {
    const server = new TestServer((turn) => textStream(turn, ['Hel', 'lo ', 'there']))
    const events = await server.events(create('Hi'))
    expect(types(events)).toEqual([
      'thread.created',
      'thread.item.done',
      'stream_options',
      'thread.item.added',
      ...Array.from({ length: 5 }, () => 'thread.item.updated'),
      'thread.item.done',
    ])
    const [created] = events
    if (created?.type !== 'thread.created') throw new Error('no thread')
    const thread = await getThread(server, created.thread.id)
    expect(textsOf(thread.items.data)).toEqual(['Hi', 'Hello there'])
    expect(thread.items.has_more).toBe(false)
  })

  it('begins without thread.created on a thread that is there, and hands respond() the message', async () => {
    const seen: unknown[] = []
    const server = new TestServer((turn) => {
      seen.push([turn.userMessage?.content, turn.context, turn.metadata])
      return []
    })
    const id = await server.newThread('one')
    const events = await server.events({ ...add(id, 'two'), metadata: { page: { title: 'T' } } })
    expect(types(events)).toEqual(['thread.item.done', 'stream_options'])
    expect(seen[1]).toEqual([[{ type: 'input_text', text: 'two' }], ada, { page: { title: 'T' } }])
  })

  it('goes on when its reader leaves', async () => {
    const gate = Promise.withResolvers<void>()
    const server = new TestServer(async function* (turn) {
      const item = answer(turn, 'half and half')
      yield* beginning({ ...item, content: [] }, 'half ')
      await gate.promise
      yield { type: 'thread.item.done', item }
    })
    const reader = await server.reader(create('Hi'), ada, { clientFinishes: true })
    const id = await threadOf(reader)
    reader.leave()
    gate.resolve()
    await server.close()
    const { items } = await getThread(server, id)
    expect(textsOf(items.data)).toEqual(['Hi', 'half and half'])
  })

  it('stores before it sends: who reloads on an event finds the item', async () => {
    const server = new TestServer((turn) => [{ type: 'thread.item.done', item: answer(turn, 'A') }])
    let threadId = ''
    for await (const event of readEvents(await server.reader(create('Hi')))) {
      if (event.type === 'thread.created') threadId = event.thread.id
      if (event.type !== 'thread.item.done') continue
      const { items } = await getThread(server, threadId)
      expect(items.data).toContainEqual(event.item)
    }
    expect(threadId).not.toBe('')
  })

  it('saves what respond() changes about its thread, and nothing else', async () => {
    const gate = Promise.withResolvers<void>()
    const server = new TestServer(async function* (turn) {
      turn.thread.metadata.secret = 1
      yield { type: 'progress_update', text: 'Looking' }
      await gate.promise
      turn.thread.status = { type: 'locked', reason: 'exam' }
    })
    const reader = await server.reader(create('Hi'))
    const id = await threadOf(reader)
    await server.json({ type: 'threads.update', params: { thread_id: id, title: 'Mine' } })
    gate.resolve()
    while ((await reader.next()).length > 0);
    const thread = await server.store.loadThread(id, { owner: 'ada', context: ada })
    expect(thread).toMatchObject({
      title: 'Mine',
      metadata: { secret: 1 },
      status: { type: 'locked', reason: 'exam' },
    })
    expect((await getThread(server, id)).metadata).toEqual({})
    await expect(server.process(add(id, 'more'), ada)).rejects.toMatchObject({ code: 'thread_locked' })
  })

  it('stores hidden items and sends none of them', async () => {
    const server = new TestServer((turn) => [
      {
        type: 'thread.item.done',
        item: {
          id: 'h1',
          thread_id: turn.thread.id,
          created_at: turn.now().toISOString(),
          type: 'hidden_context_item',
          content: 'secret',
        },
      },
      { type: 'thread.item.done', item: answer(turn, 'A') },
    ])
    const id = await server.newThread()
    const events = await server.events(add(id, 'again'))
    expect(JSON.stringify(events)).not.toContain('secret')
    expect(JSON.stringify(await getThread(server, id))).not.toContain('secret')
    const list = await server.json<Page<ThreadItem>>({
      type: 'items.list',
      params: { thread_id: id, order: 'asc', limit: 2 },
    })
    expect(list.data).toHaveLength(2)
    const all = await server.store.loadItem(id, 'h1', { owner: 'ada', context: ada })
    expect(all).toMatchObject({ content: 'secret' })
  })
})

describe('an answer that fails', () => {
  it('keeps the words that came before, then tells of a retryable error without its message', async () => {
    const server = new TestServer(function* (turn) {
      yield* beginning(answer(turn, ''), 'So far ', 'so good')
      throw new Error('password is hunter2')
    })
    const events = await server.events(create('Hi'))
    expect(events.slice(-2)).toMatchObject([
      { type: 'thread.item.done', item: { content: [{ text: 'So far so good' }] } },
      { type: 'error', code: 'stream.error', allow_retry: true },
    ])
    expect(JSON.stringify(events)).not.toContain('hunter2')
    expect(server.errors).toMatchObject([{ message: 'password is hunter2' }])
  })

  it('shows a StreamError in its own words, and a coded one as its code', async () => {
    for (const [error, expected] of [
      [
        new StreamError('You reached your limit.'),
        { code: 'custom', message: 'You reached your limit.', allow_retry: false },
      ],
      [new StreamError('private', { code: 'stream.error' }), { code: 'stream.error', allow_retry: true }],
    ] as const) {
      const server = new TestServer(() => {
        throw error
      })
      const events = await server.events(create('Hi'))
      expect(events.at(-1)).toEqual({ type: 'error', ...expected })
    }
  })

  it('keeps the words of a message that respond() leaves unfinished', async () => {
    const server = new TestServer((turn) => beginning(answer(turn, ''), 'unfin', 'ished'))
    const events = await server.events(create('Hi'))
    expect(events.at(-1)).toMatchObject({
      type: 'thread.item.done',
      item: { content: [{ text: 'unfinished' }] },
    })
  })

  it('drops a pending message without a word in it', async () => {
    const server = new TestServer(function* (turn) {
      yield* beginning(answer(turn, ''), '  \n')
      throw new Error('x')
    })
    const id = await server.newThread()
    expect(textsOf((await getThread(server, id)).items.data)).toEqual(['Hello'])
  })

  it('ends quietly when its thread is deleted under it, and leaves nothing behind', async () => {
    const gate = Promise.withResolvers<void>()
    let aborted = false
    const server = new TestServer(async function* (turn) {
      turn.signal.addEventListener('abort', () => (aborted = true))
      yield* beginning(answer(turn, ''), 'half ')
      await gate.promise
      yield { type: 'thread.item.done', item: answer(turn, 'late') }
    })
    const id = await threadOf(await server.reader(create('Hi')))
    await server.json({ type: 'threads.delete', params: { thread_id: id } })
    gate.resolve()
    await server.close()
    expect(aborted).toBe(true)
    expect(server.errors).toEqual([])
    await expect(getThread(server, id)).rejects.toMatchObject({ code: 'thread_not_found' })
  })
})

describe('ownership', () => {
  it('answers for a thread of somebody else exactly as for one that does not exist', async () => {
    const server = new TestServer(() => [])
    const id = await server.newThread('mine')
    const requests = (threadId: string): object[] => [
      { type: 'threads.get_by_id', params: { thread_id: threadId } },
      { type: 'items.list', params: { thread_id: threadId } },
      { type: 'threads.update', params: { thread_id: threadId, title: 'theirs' } },
      { type: 'threads.delete', params: { thread_id: threadId } },
      add(threadId, 'theirs'),
    ]
    const refusal = (body: object): Promise<string> =>
      server.process(body, grace).then(
        () => 'answered',
        (error: unknown) =>
          ChatKitError.isInstance(error) ? `${error.code} ${error.message}` : String(error),
      )
    const foreign = await Promise.all(requests(id).map(refusal))
    const unknown = await Promise.all(requests('thr_0').map(refusal))
    expect(foreign.map((text) => text.replace(id, 'thr_0'))).toEqual(unknown)
    expect(new Set(unknown)).toEqual(new Set(['thread_not_found There is no thread "thr_0".']))
    expect(await server.json({ type: 'threads.list', params: {} }, grace)).toEqual({
      data: [],
      has_more: false,
    })
    expect(textsOf((await getThread(server, id)).items.data)).toEqual(['mine'])
  })

  it('refuses to work for a context that names nobody', async () => {
    const server = new TestServer(() => [])
    await expect(server.process(create('x'), { userId: '' })).rejects.toThrow(/owner\(context\) gave no id/)
  })
})

describe('lists', () => {
  it('give threads newest first, clamp the limit, and page with a cursor', async () => {
    let minute = 0
    const server = new TestServer(() => [], { clock: () => new Date(Date.UTC(2026, 0, 1, 0, minute++)) })
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.unshift(await server.newThread())
    const list = (params: object): Promise<Page<ThreadWithItems>> =>
      server.json({ type: 'threads.list', params })
    expect((await list({ limit: 9999 })).data.map(({ id }) => id)).toEqual(ids)
    const first = await list({ limit: -1 })
    expect(first).toMatchObject({ has_more: true, after: ids[0] })
    const rest = await list({ limit: 5, after: first.after })
    expect(rest.data.map(({ id }) => id)).toEqual(ids.slice(1))
    expect(rest).not.toHaveProperty('after')
  })
})

describe('shutdown', () => {
  it('fires the signal of answers that do not end in time, keeps their words, and takes no new ones', async () => {
    const server = new TestServer(async function* (turn) {
      yield* beginning(answer(turn, ''), 'half')
      await new Promise((_resolve, reject) => turn.signal.addEventListener('abort', reject))
    })
    const id = await threadOf(await server.reader(create('Hi')))
    await server.close({ graceMs: 0 })
    const { items } = await getThread(server, id)
    expect(textsOf(items.data)).toEqual(['Hi', 'half'])
    await expect(server.process(create('Hi'), ada)).rejects.toMatchObject({ code: 'unavailable' })
  })
})
