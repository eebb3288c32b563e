import { describe, expect, it } from 'vitest'
import { createChatKitHandler, generateId, isHidden, MemoryStore, textStream } from '../src/index.ts'
import type {
  AssistantMessageItem,
  AttachmentStore,
  ChatKitServerOptions,
  Page,
  ThreadItem,
  ThreadStreamEvent,
  ThreadWithItems,
  Turn,
} from '../src/index.ts'
import { aborted, HookedServer, wordsOf, type Hooks, type Person } from './hooked-server.ts'

// One test for each thing that is better here than in the reference server, which would fail it.

const ada: Person = { userId: 'ada' }
const grace: Person = { userId: 'grace' }
const scope = { owner: 'ada', context: ada }

const attachmentStore: AttachmentStore<Person> = {
  create: async (id, { name, mime_type }) => ({ id, name, mime_type, type: 'file' }),
  read: () => Promise.reject(new Error('nothing is read here')),
  sign: async (attachment) => attachment,
  delete: async () => {},
}

const serverOf = (
  respond: Hooks['respond'],
  options: Partial<ChatKitServerOptions<Person>> = {},
  store = new MemoryStore<Person>(),
): HookedServer => new HookedServer(respond ? { respond } : {}, { attachmentStore, ...options, store })

const input = (text: string, attachments: string[] = []): object => ({
  content: [{ type: 'input_text', text }],
  attachments,
  inference_options: {},
})
const create = (text: string, attachments?: string[]): object => ({
  type: 'threads.create',
  params: { input: input(text, attachments) },
})
const add = (id: string, text: string, attachments?: string[]): object => ({
  type: 'threads.add_user_message',
  params: { thread_id: id, input: input(text, attachments) },
})
const retry = (id: string, itemId: string): object => ({
  type: 'threads.retry_after_item',
  params: { thread_id: id, item_id: itemId },
})
const output = (id: string, result: unknown): object => ({
  type: 'threads.add_client_tool_output',
  params: { thread_id: id, result },
})

const fields = (turn: Turn<Person>): Pick<ThreadItem, 'id' | 'thread_id' | 'created_at'> => ({
  id: turn.generateId('msg'),
  thread_id: turn.thread.id,
  created_at: turn.now().toISOString(),
})
const saying = (turn: Turn<Person>, text: string): AssistantMessageItem => ({
  ...fields(turn),
  type: 'assistant_message',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const toolCall = (turn: Turn<Person>): ThreadStreamEvent => ({
  type: 'thread.item.done',
  item: {
    ...fields(turn),
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'c',
    name: 'where_am_i',
    arguments: {},
  },
})
function* beginning(turn: Turn<Person>, delta: string): Generator<ThreadStreamEvent> {
  const item: AssistantMessageItem = { ...fields(turn), type: 'assistant_message', content: [] }
  yield { type: 'thread.item.added', item }
  yield {
    type: 'thread.item.updated',
    item_id: item.id,
    update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
  }
}
/** Begins to speak and goes on until nobody wants it any more. */
async function* halfAnAnswer(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
  yield* beginning(turn, 'Half an ')
  await aborted(turn.signal)
}
const echo = (turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> =>
  textStream(turn, [`re: ${turn.userMessage?.content[0]?.text ?? 'nothing'}`])

async function newThread(server: HookedServer, text = 'Hello'): Promise<string> {
  return (await (await server.follow(create(text), ada)).toEnd()).threadId
}
const allItems = async (server: HookedServer, id: string): Promise<ThreadItem[]> =>
  (await server.store.listItems(id, { limit: 100, order: 'asc', include: 'all' }, scope)).data
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'answered',
    (error: { code?: unknown }) => error.code ?? error,
  )

describe('unlike the reference', () => {
  it('keeps the partial answer and the note when the reader disconnects, every time', async () => {
    for (let round = 0; round < 100; round++) {
      const server = serverOf(halfAnAnswer)
      const following = await server.follow(create('Hi'), ada, { clientFinishes: false })
      await following.until('thread.item.updated')
      following.reader.leave()
      await server.close()
      const items = await allItems(server, following.threadId)
      expect(wordsOf(items)).toEqual(['Hi', 'Half an ', 'sdk_hidden_context'])
    }
  })

  it('tells a lost connection from a stop', async () => {
    const gate = Promise.withResolvers<void>()
    let fired = false
    const server = serverOf(async function* (turn) {
      turn.signal.addEventListener('abort', () => (fired = true))
      yield* beginning(turn, 'Half ')
      await gate.promise
      yield { type: 'thread.item.done', item: saying(turn, 'Half and half') }
    })
    const following = await (await server.follow(create('Hi'), ada)).until('thread.item.updated')
    following.reader.leave()
    expect(await following.reader.next()).toEqual([])
    gate.resolve()
    await server.close()
    expect(fired).toBe(false)
    const items = await allItems(server, following.threadId)
    expect(wordsOf(items)).toContain('Half and half')
    expect(wordsOf(items)).not.toContain('sdk_hidden_context')
  })

  it('answers a streaming request for a thread of somebody else with a 404, before any stream', async () => {
    const server = serverOf(echo)
    const id = await newThread(server)
    const { fetch } = createChatKitHandler(server, { authenticate: () => grace })
    for (const threadId of [id, 'thr_0']) {
      const response = await fetch(
        new Request('http://localhost/', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(add(threadId, 'Hi')),
        }),
      )
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(await response.json()).toMatchObject({ error: { code: 'thread_not_found' } })
    }
  })

  it('mints ids of at least 96 random bits', () => {
    const random = (id: string): string => id.slice(-20)
    const ids = Array.from({ length: 20_000 }, () => generateId('msg', 0))
    expect(new Set(ids).size).toBe(ids.length)
    // 20 digits of 5 bits each: every digit takes all of its 32 values.
    for (let digit = 0; digit < 20; digit++) {
      expect(new Set(ids.map((id) => random(id)[digit])).size).toBe(32)
    }
  })

  it('leaves hidden items out before paging: pages are full', async () => {
    const server = serverOf(function* (turn) {
      for (let i = 0; i < 6; i++) {
        yield { type: 'thread.item.done', item: { ...fields(turn), type: 'hidden_context_item', content: i } }
        if (i % 2) yield { type: 'thread.item.done', item: saying(turn, `A${i}`) }
      }
    })
    const id = await newThread(server)
    const pages: string[][] = []
    for (let after: string | undefined; ;) {
      const page: Page<ThreadItem> = await server.ask(
        {
          type: 'items.list',
          params: { thread_id: id, limit: 2, order: 'asc', ...(after ? { after } : {}) },
        },
        ada,
      )
      pages.push(wordsOf(page.data))
      if (!page.has_more) break
      after = page.after
    }
    expect(pages).toEqual([
      ['Hello', 'A1'],
      ['A3', 'A5'],
    ])
  })

  it('sets the old answer aside on a retry, and deletes it when the new one has begun', async () => {
    const gate = Promise.withResolvers<void>()
    let calls = 0
    const server = serverOf(async function* (turn) {
      calls += 1
      if (calls === 2) await gate.promise
      yield { type: 'thread.item.done', item: saying(turn, `answer ${calls}`) }
    })
    const id = await newThread(server)
    const [message] = await allItems(server, id)
    const again = await server.follow(retry(id, message?.id ?? ''), ada)
    await again.until('stream_options')
    expect(wordsOf((await server.thread(id, ada)).items.data)).toEqual(['Hello'])
    gate.resolve()
    await again.toEnd()
    expect(wordsOf(await allItems(server, id))).toEqual(['Hello', 'answer 2'])
  })

  it('brings the old answer back when a retry yields nothing, fails, or is stopped before a word', async () => {
    const ways: NonNullable<Hooks['respond']>[] = [
      () => [],
      (turn) => [
        { type: 'thread.item.done', item: { ...fields(turn), type: 'hidden_context_item', content: 'x' } },
      ],
      () => {
        throw new Error('no model')
      },
      async function* (turn) {
        yield { type: 'progress_update', text: 'Thinking' }
        await aborted(turn.signal)
      },
    ]
    for (const way of ways) {
      let calls = 0
      const server = serverOf((turn) => (calls++ === 0 ? echo(turn) : way(turn)))
      const id = await newThread(server)
      const before = await allItems(server, id)
      const again = await server.follow(retry(id, before[0]?.id ?? ''), ada)
      if (way === ways.at(-1)) {
        await again.until('progress_update')
        await server.ask({ type: 'threads.stop', params: { thread_id: id } }, ada)
      }
      await again.toEnd()
      const after = await allItems(server, id)
      expect(after.filter((item) => !isHidden(item))).toEqual(before)
      expect(calls).toBe(2)
    }
  })

  it('answers a retry of an unknown item with 404 and of anything but a user message with 409', async () => {
    const server = serverOf(echo)
    const id = await newThread(server)
    const before = await allItems(server, id)
    expect(await codeOf(server.process(retry(id, 'msg_0'), ada))).toBe('item_not_found')
    expect(await codeOf(server.process(retry(id, before[1]?.id ?? ''), ada))).toBe('item_state_conflict')
    expect(await allItems(server, id)).toEqual(before)
  })

  it('finds the pending call by its state, wherever it stands', async () => {
    const seen: unknown[] = []
    const server = serverOf(async function* (turn) {
      if (turn.userMessage) {
        yield toolCall(turn)
        yield {
          type: 'thread.item.done',
          item: { ...fields(turn), type: 'hidden_context_item', content: 'x' },
        }
        yield { type: 'thread.item.done', item: saying(turn, 'One moment') }
        return
      }
      seen.push(
        (await turn.store.listItems(turn.thread.id, { limit: 9, order: 'asc', include: 'all' })).data[1],
      )
    })
    const id = await newThread(server)
    await (await server.follow(output(id, { room: 4 }), ada)).toEnd()
    expect(seen).toMatchObject([{ type: 'client_tool_call', status: 'completed', output: { room: 4 } }])
  })

  it('lets exactly one of two outputs for one call win; a late or second one is a 409', async () => {
    let calls = 0
    const server = serverOf((turn) => {
      calls += 1
      return turn.userMessage ? [toolCall(turn)] : echo(turn)
    })
    const id = await newThread(server)
    const both = await Promise.allSettled([1, 2].map((result) => server.follow(output(id, result), ada)))
    expect(both.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'item_state_conflict', status: 409 } },
    ])
    for (const one of both) if (one.status === 'fulfilled') await one.value.toEnd()
    expect(await codeOf(server.process(output(id, 3), ada))).toBe('item_state_conflict')
    expect(calls).toBe(2)
  })

  it('closes pending calls with a new message of the user', async () => {
    const server = serverOf((turn) =>
      turn.userMessage?.content[0]?.text === 'Hello' ? [toolCall(turn)] : echo(turn),
    )
    const id = await newThread(server)
    await (await server.follow(add(id, 'Never mind'), ada)).toEnd()
    expect(await codeOf(server.process(output(id, 1), ada))).toBe('item_state_conflict')
    const [, call] = await allItems(server, id)
    expect(call).toMatchObject({ type: 'client_tool_call', status: 'completed' })
    expect(call).not.toHaveProperty('output')
  })

  it.each(['interrupt', 'wait', 'reject'] as const)(
    'runs one answer of a thread at a time when two messages come at once (%s)',
    async (onBusy) => {
      let running = 0
      let most = 0
      const server = serverOf(
        async function* (turn) {
          most = Math.max(most, ++running)
          try {
            yield* echo(turn)
          } finally {
            running -= 1
          }
        },
        { onBusy },
      )
      const id = await newThread(server)
      const sent = await Promise.allSettled(['one', 'two'].map((text) => server.follow(add(id, text), ada)))
      for (const one of sent) if (one.status === 'fulfilled') await one.value.toEnd()
      expect(most).toBe(1)
      const refused = sent.filter(({ status }) => status === 'rejected')
      expect(refused).toMatchObject(
        onBusy === 'reject' ? [{ reason: { code: 'run_active', status: 409 } }] : [],
      )
      const said = wordsOf(await allItems(server, id)).filter((text) => ['one', 'two'].includes(text))
      expect(said).toHaveLength(onBusy === 'reject' ? 1 : 2)
    },
  )

  it.each(['locked', 'closed'] as const)(
    'refuses what would write into a %s thread with a 409',
    async (type) => {
      const server = serverOf(function* (turn) {
        yield toolCall(turn)
        turn.thread.status = { type, reason: 'exam' }
      })
      const id = await newThread(server)
      const [message] = await allItems(server, id)
      const requests = [
        add(id, 'Hi'),
        output(id, 1),
        retry(id, message?.id ?? ''),
        { type: 'threads.custom_action', params: { thread_id: id, action: { type: 'go' } } },
        { type: 'threads.sync_custom_action', params: { thread_id: id, action: { type: 'go' } } },
      ]
      const before = await allItems(server, id)
      for (const request of requests)
        expect(await codeOf(server.process(request, ada))).toBe(`thread_${type}`)
      expect(await allItems(server, id)).toEqual(before)
      await server.ask({ type: 'threads.update', params: { thread_id: id, title: 'T' } }, ada)
      expect(await server.thread(id, ada)).toMatchObject({ title: 'T', status: { type, reason: 'exam' } })
      await server.ask({ type: 'threads.delete', params: { thread_id: id } }, ada)
    },
  )

  it('keeps the partial text when the model fails', async () => {
    const server = serverOf(function* (turn) {
      yield* beginning(turn, 'Half an ')
      throw new Error('the model is gone')
    })
    const following = await (await server.follow(create('Hi'), ada)).toEnd()
    expect(following.types().slice(-2)).toEqual(['thread.item.done', 'error'])
    expect(wordsOf(await allItems(server, following.threadId))).toEqual(['Hi', 'Half an '])
  })

  it('keeps a rename that comes during a stream', async () => {
    const gate = Promise.withResolvers<void>()
    const server = serverOf(async function* (turn) {
      yield { type: 'progress_update', text: 'x' }
      await gate.promise
      turn.thread.metadata.step = 2
      turn.thread.allowed_image_domains = ['example.com']
      yield { type: 'progress_update', text: 'y' }
    })
    const following = await (await server.follow(create('Hi'), ada)).until('progress_update')
    const { threadId } = following
    await server.ask({ type: 'threads.update', params: { thread_id: threadId, title: 'Mine' } }, ada)
    gate.resolve()
    await following.toEnd()
    expect(await server.store.loadThread(threadId, scope)).toMatchObject({
      title: 'Mine',
      metadata: { step: 2 },
      allowed_image_domains: ['example.com'],
    })
  })

  it('leaves nothing when a thread is deleted during a stream', async () => {
    const gate = Promise.withResolvers<void>()
    const writes: unknown[] = []
    let signal: AbortSignal | undefined
    const server = serverOf(async function* (turn) {
      signal = turn.signal
      yield* beginning(turn, 'Half an ')
      await aborted(turn.signal)
      writes.push(await codeOf(turn.store.saveItem(turn.thread.id, saying(turn, 'late'))))
      gate.resolve()
      yield { type: 'thread.item.done', item: saying(turn, 'late') }
    })
    const following = await (await server.follow(create('Hi'), ada)).until('thread.item.updated')
    const { threadId } = following
    await server.ask({ type: 'threads.delete', params: { thread_id: threadId } }, ada)
    expect(signal?.aborted).toBe(true)
    await following.toEnd()
    await gate.promise
    await server.close()
    expect(writes).not.toEqual(['answered'])
    expect(await codeOf(server.thread(threadId, ada))).toBe('thread_not_found')
    expect(
      await codeOf(server.store.listItems(threadId, { limit: 1, order: 'asc', include: 'all' }, scope)),
    ).toBe('thread_not_found')
    expect(await server.store.readEvents(following.reader.runId, 0, scope)).toBeUndefined()
    expect(server.store.counters().activeRuns).toBe(0)
    expect(server.errors).toEqual([])
  })

  it('stores feedback, and tells the hook once it is stored', async () => {
    const stored: unknown[] = []
    const store = new MemoryStore<Person>()
    const { saveFeedback } = store
    store.saveFeedback = async (feedback, of) => {
      await saveFeedback(feedback, of)
      stored.push([feedback, of.owner])
    }
    const heard: unknown[] = []
    const server = new HookedServer({ respond: echo, addFeedback: () => heard.push([...stored]) }, { store })
    const id = await newThread(server)
    const [, answer] = await allItems(server, id)
    const rate = (itemId: string): object => ({
      type: 'items.feedback',
      params: { thread_id: id, item_ids: [itemId], kind: 'negative' },
    })
    expect(await server.ask(rate(answer?.id ?? ''), ada)).toEqual({})
    expect(heard).toEqual([[[{ threadId: id, itemIds: [answer?.id], kind: 'negative' }, 'ada']]])
    expect(await codeOf(server.process(rate('msg_0'), ada))).toBe('item_not_found')
    expect(stored).toHaveLength(1)
  })

  it('clamps the limit of lists to 1 … 100', async () => {
    const server = serverOf(function* (turn) {
      for (let i = 0; i < 110; i++) yield { type: 'thread.item.done', item: saying(turn, 'x') }
    })
    const id = await newThread(server)
    const sizes = await Promise.all(
      [9999, 0, -5, 1e9, undefined].map(async (limit) => {
        const params = { thread_id: id, ...(limit === undefined ? {} : { limit }) }
        const page: Page<ThreadItem> = await server.ask({ type: 'items.list', params }, ada)
        return page.data.length
      }),
    )
    expect(sizes).toEqual([100, 1, 1, 100, 20])
    const threads = await server.ask<Page<ThreadWithItems>>(
      { type: 'threads.list', params: { limit: -1 } },
      ada,
    )
    expect(threads.data).toHaveLength(1)
  })

  it('takes attachments of their owner only, and binds each to one thread', async () => {
    const server = serverOf(echo)
    const attach = async (who: Person): Promise<string> => {
      const request = { type: 'attachments.create', params: { name: 'a', size: 1, mime_type: 'text/plain' } }
      return (await server.ask<{ id: string }>(request, who)).id
    }
    const [mine, theirs] = [await attach(ada), await attach(grace)]
    const remove = (id: string): object => ({ type: 'attachments.delete', params: { attachment_id: id } })
    expect(await codeOf(server.process(create('Look', [theirs]), ada))).toBe('attachment_not_found')
    expect(await codeOf(server.process(remove(theirs), ada))).toBe('attachment_not_found')
    const first = await (await server.follow(create('Look', [mine]), ada)).toEnd()
    expect(await codeOf(server.process(create('Look', [mine]), ada))).toBe('attachment_not_found')
    // Once more into its own thread is fine.
    await (await server.follow(add(first.threadId, 'Again', [mine]), ada)).toEnd()
    expect(await server.store.loadAttachment(mine, scope)).toMatchObject({ thread_id: first.threadId })
    const threads = await server.ask<Page<ThreadWithItems>>({ type: 'threads.list', params: {} }, ada)
    expect(threads.data.map(({ id }) => id)).toEqual([first.threadId])
  })
})
