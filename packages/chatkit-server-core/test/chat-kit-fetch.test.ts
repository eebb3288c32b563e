import { afterEach, describe, expect, it, vi } from 'vitest'
import { chatKitFetch, type ChatKitFetchOptions } from '../src/client/index.ts'
import { textStream, type ThreadStreamEvent, type Turn } from '../src/index.ts'
import { Network, type Outcome } from './client-network.ts'
import { aborted } from './hooked-server.ts'
import { add, answer, beginning, create, type User } from './test-server.ts'

const URL = 'http://localhost/chatkit'

function setUp(
  respond: (turn: Turn<User>) => AsyncIterable<ThreadStreamEvent> = echo,
  options: ChatKitFetchOptions = {},
) {
  const network = new Network(respond)
  const fetch = chatKitFetch({ fetch: network.fetch, ...options })
  const post = (body: object, init: RequestInit = {}): Promise<Response> =>
    fetch(URL, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
      body: JSON.stringify(body),
      ...(init.signal ? { signal: init.signal } : {}),
    })
  const keys = (): (string | null)[] => network.sent.map(({ headers }) => headers.get('idempotency-key'))
  const idle = () =>
    vi.waitFor(() => expect(network.server.counters().activeRuns).toBe(0), { timeout: 10_000 })
  return { network, fetch, post, keys, idle }
}

afterEach(() => {
  vi.restoreAllMocks()
})

const echo = (turn: Turn<User>) => textStream(turn, ['An answer'])

/** Says half of it, and the rest never. */
async function* half(turn: Turn<User>): AsyncGenerator<ThreadStreamEvent> {
  yield* beginning(answer(turn, ''), 'half')
  await aborted(turn.signal)
}

/** Reads until these words have come. */
async function readUntil(response: Response, words: string) {
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes(words)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`The stream ended before "${words}".`)
    text += decoder.decode(value, { stream: true })
  }
  const threadId = /"thread":\{"id":"(\w+)"/.exec(text)?.[1] ?? ''
  return { reader, threadId }
}

describe('chatKitFetch', () => {
  it('adds the context of the page to every request, and says that it stops by itself', async () => {
    const { post, network } = setUp(echo, { metadata: () => ({ page: { title: 'کواٹرنین' } }) })
    await (await post(create('Hi'))).text()
    await (await post({ type: 'threads.list', params: {}, metadata: { mine: 1 } })).json()
    expect(network.sent.map(({ metadata }) => metadata)).toEqual([
      { page: { title: 'کواٹرنین' } },
      { page: { title: 'کواٹرنین' }, mine: 1 },
    ])
    for (const { headers } of network.sent) expect(headers.get('x-chatkit-client')).toBe('stop')
  })

  it('takes a Request, too', async () => {
    const { fetch, network } = setUp(echo, { metadata: () => ({ page: 1 }) })
    const headers = { 'content-type': 'application/json', authorization: 'Bearer t' }
    const request = new Request(URL, { method: 'POST', headers, body: JSON.stringify(create('Hi')) })
    expect(await (await fetch(request)).text()).toContain('An answer')
    expect(network.sent[0]?.metadata).toEqual({ page: 1 })
    expect(network.sent[0]?.headers.get('authorization')).toBe('Bearer t')
  })

  it.each([
    ['a form', { method: 'POST', body: new FormData() }],
    ['bytes', { method: 'PUT', body: new Uint8Array([1]) }],
    ['JSON of something else', { method: 'POST', body: '{"type":"order"}' }],
    ['text', { method: 'POST', body: 'hello' }],
    ['a question', {}],
  ] satisfies [string, RequestInit][])('passes %s through as it is', async (_what, init) => {
    const seen: unknown[] = []
    const fetch = chatKitFetch({
      metadata: () => ({ page: 'secret' }),
      fetch: (...given) => {
        seen.push(given)
        return Promise.resolve(new Response('ok'))
      },
    })
    await fetch('https://files.test/1', init)
    expect(seen).toEqual([['https://files.test/1', init]])
  })

  it('stops the answer that its client aborts, and keeps the words so far', async () => {
    const { post, network, idle } = setUp(half)
    const stop = new AbortController()
    const response = await post(create('Hi'), { signal: stop.signal })
    const { reader, threadId } = await readUntil(response, 'half')
    stop.abort()
    await expect(reader.read()).rejects.toMatchObject({ name: 'AbortError' })
    await idle()
    expect(network.types()).toEqual(['threads.create', 'threads.stop'])
    const page = await (await post({ type: 'threads.get_by_id', params: { thread_id: threadId } })).json()
    expect(page).toMatchObject({ items: { data: [{}, { content: [{ text: 'half' }] }] } })
  })

  it('stops an answer whose request has not been answered yet', async () => {
    const { post, network, idle } = setUp(half)
    const stop = new AbortController()
    const held = Promise.withResolvers<void>()
    network.fate = async ({ type }): Promise<Outcome> => {
      if (type === 'threads.create') await held.promise
      return 'sent'
    }
    network.onAnswer = ({ type }) => {
      if (type === 'threads.stop') held.resolve()
    }
    const posting = post(create('Hi'), { signal: stop.signal })
    await vi.waitFor(() => expect(network.sent).toHaveLength(1))
    stop.abort()
    await expect(posting).rejects.toMatchObject({ name: 'AbortError' })
    await vi.waitFor(() =>
      expect(network.types()).toEqual(['threads.create', 'threads.stop', 'threads.stop']),
    )
    await idle()
  })

  it('leaves the answer alone that has begun in the same thread meanwhile', async () => {
    const stopped: string[] = []
    const { post, network, idle } = setUp(async function* (turn) {
      const words = turn.userMessage?.content[0]?.text ?? ''
      yield* beginning(answer(turn, ''), `about ${words}`)
      await aborted(turn.signal)
      stopped.push(words)
    })
    const stop = new AbortController()
    const first = await readUntil(await post(create('first'), { signal: stop.signal }), 'about first')
    stop.abort()
    await readUntil(await post(add(first.threadId, 'second')), 'about second')
    await vi.waitFor(() => expect(network.types()).toContain('threads.stop'), { timeout: 10_000 })
    // Whatever the stop has done, it has done before a later request is answered.
    await (await post({ type: 'threads.list', params: {} })).json()
    expect(stopped).toEqual(['first'])
    await post({ type: 'threads.stop', params: { thread_id: first.threadId } })
    await idle()
  })

  it('leaves the answer alone that another thread took the place of, whichever came first', async () => {
    // The clock stands still but for what the test lets pass; timers run.
    let nowMs = 10_000
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const reasons: string[] = []
    const { post, network, idle } = setUp(half, {
      shouldStop: ({ reason }) => {
        reasons.push(reason)
        return false
      },
    })
    const open = (id: string) => post({ type: 'threads.get_by_id', params: { thread_id: id } })
    const begin = async (text: string) => {
      const stop = new AbortController()
      const { threadId } = await readUntil(await post(create(text), { signal: stop.signal }), 'half')
      return { threadId, abort: () => stop.abort() }
    }
    const noted = (count: number) =>
      vi.waitFor(() => expect(reasons).toHaveLength(count), { timeout: 10_000 })
    const [first, second, third, fourth] = [
      await begin('1'),
      await begin('2'),
      await begin('3'),
      await begin('4'),
    ]
    first.abort()
    await open(second.threadId)
    await noted(1)
    nowMs += 1_000
    await open(first.threadId)
    nowMs += 250
    second.abort()
    await noted(2)
    nowMs += 1
    third.abort()
    await noted(3)
    nowMs += 1_000
    await open(fourth.threadId)
    fourth.abort()
    await noted(4)
    expect(reasons).toEqual(['switch', 'switch', 'stop', 'stop'])
    expect(network.types()).not.toContain('threads.stop')
    expect(network.server.counters().activeRuns).toBe(4)
    for (const { threadId } of [first, second, third, fourth]) {
      await post({ type: 'threads.stop', params: { thread_id: threadId } })
    }
    await idle()
  })

  it('does not take the end of an answer for a stop', async () => {
    const { post, network } = setUp(echo, {
      shouldStop: () => {
        throw new Error('asked')
      },
    })
    const later = new AbortController()
    await (await post(create('Hi'), { signal: later.signal })).text()
    later.abort()
    expect(network.types()).toEqual(['threads.create'])
  })
})

describe('the key of a request', () => {
  it('is the same as long as its answer has not ended, and another one afterwards', async () => {
    const { post, keys, network } = setUp()
    network.fate = () => 'answer lost'
    await expect(post(create('Hi'))).rejects.toThrow('fetch failed')
    network.fate = () => Response.json({}, { status: 503 })
    await post(create('Hi'))
    network.fate = () => 'sent'
    await (await post(create('Hi'))).text()
    await (await post(create('Hi'))).text()
    const [first, ...others] = keys()
    expect(others.slice(0, 2)).toEqual([first, first])
    expect(others[2]).not.toBe(first)
    expect(first).not.toBeNull()
  })

  it('stands for one body, whatever the page shows by now', async () => {
    let title = 0
    const { post, network } = setUp(echo, { metadata: () => ({ title: (title += 1) }) })
    network.fate = () => 'lost'
    await expect(post(create('Hi'))).rejects.toThrow('fetch failed')
    network.fate = () => 'sent'
    const response = await post(create('Hi'))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('An answer')
    expect(network.sent.map(({ metadata }) => metadata)).toEqual([{ title: 1 }, { title: 1 }])
  })

  it('is a new one after a refusal, and for the same words after an answer that was cut and not resumed', async () => {
    const { post, keys, network } = setUp(half)
    network.fate = () => Response.json({}, { status: 401 })
    await post(create('Hi'))
    network.fate = () => 'cut'
    const { reader } = await readUntil(await post(create('Hi')), 'half')
    network.cut()
    await expect(reader.read()).rejects.toThrow('terminated')
    network.fate = () => Response.json({}, { status: 400 })
    await post(create('Hi'), { headers: { 'last-event-id': 'run_1:1' } })
    await post(create('Hi'))
    const [refused, cut, resumed, again] = keys()
    expect(cut).not.toBe(refused)
    expect(resumed).toBe(cut)
    expect(again).not.toBe(cut)
  })
})
