import { describe, expect, it, vi } from 'vitest'
import {
  applyThreadEvent,
  createChatKitClient,
  emptyThreadState,
  endThreadStream,
  type ChatKitClient,
  type ThreadState,
} from '../src/client/index.ts'
import { textStream, type ThreadStreamEvent, type Turn } from '../src/index.ts'
import { Network, type Outcome } from './client-network.ts'
import { aborted } from './hooked-server.ts'
import { beginning, answer, type User } from './test-server.ts'

const input = (text: string) => ({ content: [{ type: 'input_text' as const, text }] })
const create = { type: 'threads.create' as const, params: { input: input('Hi') } }

function setUp(respond: (turn: Turn<User>) => AsyncIterable<ThreadStreamEvent>, resume = true) {
  const network = new Network(respond)
  let page = 'Quaternions'
  const client = createChatKitClient({
    url: 'http://localhost/chatkit',
    fetch: network.fetch,
    metadata: () => ({ page }),
    resume,
  })
  const goTo = (title: string): void => void (page = title)
  return { network, client, goTo }
}

/** Two words, the second one when the test says so. */
function twoWords() {
  const gate = Promise.withResolvers<void>()
  let calls = 0
  async function* words(): AsyncGenerator<string> {
    yield 'half '
    await gate.promise
    yield 'whole'
  }
  const respond = (turn: Turn<User>) => {
    calls += 1
    return textStream(turn, words())
  }
  return { respond, finish: () => gate.resolve(), calls: () => calls }
}

async function reduce(
  events: AsyncIterable<ThreadStreamEvent>,
  onEvent: (event: ThreadStreamEvent) => void = () => {},
  from: ThreadState = emptyThreadState,
): Promise<ThreadState> {
  let state = from
  for await (const event of events) {
    state = applyThreadEvent(state, event)
    onEvent(event)
  }
  return endThreadStream(state)
}

const storedItems = async (client: ChatKitClient, state: ThreadState) =>
  (await client.send({ type: 'threads.get_by_id', params: { thread_id: state.thread?.id ?? '' } })).items.data

const isText = (event: ThreadStreamEvent): boolean =>
  event.type === 'thread.item.updated' && event.update.type === 'assistant_message.content_part.text_delta'

const refused = (code: string, status: number): Response =>
  Response.json({ error: { code }, message: code }, { status })

describe('a stream that is cut', () => {
  it.each([{ quietly: false }, { quietly: true }])(
    'goes on behind its last event, and every event comes once (%j)',
    async (how) => {
      const { respond, finish, calls } = twoWords()
      const { network, client } = setUp(respond)
      network.fate = ({ type }) => (type === 'threads.create' ? 'cut' : 'sent')
      const types: string[] = []
      const state = await reduce(client.stream(create), (event) => {
        types.push(event.type)
        if (!isText(event)) return
        network.cut(how)
        finish()
      })
      expect(network.types()).toEqual(['threads.create', 'threads.resume'])
      expect(network.sent[1]?.params).toEqual({
        thread_id: state.thread?.id,
        after: expect.stringMatching(/^run_\w+:\d+$/),
      })
      expect(types.filter((type) => type === 'thread.item.done')).toHaveLength(2)
      expect(state.items).toEqual(await storedItems(client, state))
      expect(state.items[1]).toMatchObject({ content: [{ text: 'half whole' }] })
      expect(calls()).toBe(1)
    },
  )

  it('is resumed again and again, also where a resume is refused for a moment', async () => {
    const { respond, finish } = twoWords()
    const { network, client } = setUp(respond)
    let resumes = 0
    network.fate = ({ type }) => {
      if (type === 'threads.create') return 'cut'
      if (type !== 'threads.resume') return 'sent'
      resumes += 1
      return ([refused('unavailable', 503), 'lost', 'cut'] as const)[resumes - 1] ?? 'sent'
    }
    let cuts = 0
    const state = await reduce(client.stream(create), (event) => {
      if (!isText(event)) return
      cuts += 1
      network.cut()
      finish()
    })
    expect(cuts).toBe(2)
    expect(state.items).toEqual(await storedItems(client, state))
  })

  it('rejects where resuming is turned off', async () => {
    const { respond } = twoWords()
    const { network, client } = setUp(respond, false)
    network.fate = () => 'cut'
    const reading = reduce(client.stream(create), (event) => isText(event) && network.cut())
    await expect(reading).rejects.toThrow('terminated')
    expect(network.types()).toEqual(['threads.create'])
  })

  it('rejects with the refusal where the thread is gone', async () => {
    const { respond } = twoWords()
    const { network, client } = setUp(respond)
    network.fate = ({ type }) => (type === 'threads.create' ? 'cut' : refused('thread_not_found', 404))
    const reading = reduce(client.stream(create), (event) => isText(event) && network.cut())
    await expect(reading).rejects.toMatchObject({ code: 'thread_not_found' })
  })

  it('ends with what the thread has kept where the run is not known any more', async () => {
    const { respond, finish } = twoWords()
    const { network, client } = setUp(respond)
    network.fate = async ({ type }): Promise<Outcome> => {
      if (type === 'threads.create') return 'cut'
      if (type === 'threads.resume') return refused('run_gone', 409)
      await vi.waitFor(() => expect(network.server.counters().activeRuns).toBe(0), { timeout: 10_000 })
      return 'sent'
    }
    const state = await reduce(client.stream(create), (event) => {
      if (!isText(event)) return
      network.cut()
      finish()
    })
    expect(state.items).toEqual(await storedItems(client, state))
    expect(state.items[1]).toMatchObject({ content: [{ text: 'half whole' }] })
  })

  it('tells an error that can be retried where nothing of its answer was kept', async () => {
    const { respond } = twoWords()
    const { network, client } = setUp(respond)
    network.fate = ({ type }) => {
      if (type === 'threads.create') return 'cut'
      return type === 'items.list' ? Response.json({ data: [], has_more: false }) : refused('run_gone', 409)
    }
    const state = await reduce(client.stream(create), (event) => isText(event) && network.cut())
    expect(state.error).toEqual({ code: 'stream.error', allow_retry: true })
    expect(state.items.map(({ type }) => type)).toEqual(['user_message'])
  })
})

describe('a request that opens a turn', () => {
  it('is sent again under its key when no answer comes, word for word, and is answered once', async () => {
    const { respond, finish, calls } = twoWords()
    const { network, client, goTo } = setUp(respond)
    finish()
    network.fate = () => {
      goTo('Elsewhere')
      return network.sent.length === 1 ? 'answer lost' : 'sent'
    }
    const state = await reduce(client.stream(create))
    const [first, again] = network.sent
    expect(first?.headers.get('idempotency-key')).toMatch(/^\w{32}$/)
    expect(again?.headers.get('idempotency-key')).toBe(first?.headers.get('idempotency-key'))
    expect(again?.metadata).toEqual({ page: 'Quaternions' })
    expect(calls()).toBe(1)
    expect(state.items).toHaveLength(2)
  })

  it('rejects when the server cannot be reached, and under the same key is still the same message', async () => {
    const { respond, finish, calls } = twoWords()
    const { network, client, goTo } = setUp(respond)
    finish()
    network.fate = () => 'answer lost'
    const stream = client.stream(create, { idempotencyKey: 'mine' })
    await expect(reduce(stream)).rejects.toThrow('fetch failed')
    expect(network.sent).toHaveLength(3)
    network.fate = () => 'sent'
    goTo('Elsewhere')
    const { idempotencyKey = '' } = stream
    const state = await reduce(client.stream(create, { idempotencyKey }))
    expect(state.items).toHaveLength(2)
    expect(calls()).toBe(1)
  })

  it('may say something else under its key after a refusal, which leaves nothing behind', async () => {
    const { respond, finish } = twoWords()
    const { network, client } = setUp(respond)
    finish()
    const idempotencyKey = 'mine'
    const add = {
      type: 'threads.add_user_message' as const,
      params: { thread_id: 'thr_0', input: input('Hi') },
    }
    await expect(reduce(client.stream(add, { idempotencyKey }))).rejects.toMatchObject({ status: 404 })
    await reduce(client.stream(create, { idempotencyKey }))
    expect(network.types()).toEqual(['threads.add_user_message', 'threads.create'])
  })

  it('has a key of its own each time', async () => {
    const { respond, finish, calls } = twoWords()
    const { client } = setUp(respond)
    finish()
    await reduce(client.stream(create))
    await reduce(client.stream(create))
    expect(calls()).toBe(2)
  })
})

describe('stop()', () => {
  async function* silent(turn: Turn<User>): AsyncGenerator<ThreadStreamEvent> {
    await aborted(turn.signal)
    yield* []
  }

  it('keeps the words so far, and the stream comes to its end', async () => {
    const { client, network } = setUp(async function* (turn) {
      yield* beginning(answer(turn, ''), 'half')
      await aborted(turn.signal)
    })
    const stream = client.stream(create)
    let stopped: Promise<boolean> | undefined
    const state = await reduce(stream, (event) => {
      if (isText(event)) stopped = stream.stop()
    })
    expect(await stopped).toBe(true)
    expect(state.items[1]).toMatchObject({ content: [{ text: 'half' }] })
    expect(state.items).toEqual(await storedItems(client, state))
    expect(network.types().slice(0, 2)).toEqual(['threads.create', 'threads.stop'])
    expect(await stream.stop()).toBe(false)
  })

  it('stops an answer that has said nothing', async () => {
    const { client } = setUp(silent)
    const stream = client.stream(create)
    const types: string[] = []
    let stopped: Promise<boolean> | undefined
    await reduce(stream, (event) => {
      types.push(event.type)
      if (event.type === 'stream_options') stopped = stream.stop()
    })
    expect(await stopped).toBe(true)
    expect(types).not.toContain('error')
  })

  it('stops an answer whose request it has overtaken', async () => {
    const { client, network } = setUp(silent)
    const overtaken = Promise.withResolvers<void>()
    const sent = Promise.withResolvers<void>()
    network.fate = async ({ type }): Promise<Outcome> => {
      if (type !== 'threads.create') return 'sent'
      sent.resolve()
      await overtaken.promise
      return 'sent'
    }
    network.onAnswer = ({ type }) => {
      if (type === 'threads.stop') overtaken.resolve()
    }
    const stream = client.stream(create)
    const reading = reduce(stream)
    await sent.promise
    expect(await stream.stop()).toBe(true)
    await reading
    expect(network.types()).toEqual(['threads.create', 'threads.stop', 'threads.stop'])
  })

  it('before anything was sent sends nothing', async () => {
    const { client, network } = setUp(silent)
    const stream = client.stream(create)
    expect(await stream.stop()).toBe(false)
    expect((await reduce(stream)).items).toEqual([])
    expect(network.sent).toEqual([])
  })
})

describe('an answer whose reader leaves', () => {
  it('goes on, and is resumed from what the thread shows after a reload', async () => {
    const { respond, finish, calls } = twoWords()
    const { client } = setUp(respond)
    let id = ''
    for await (const event of client.stream(create)) {
      if (event.type === 'thread.created') id = event.thread.id
      if (isText(event)) break
    }
    const { state, cursor } = await client.loadThread(id)
    expect(state.items[1]).toMatchObject({ content: [{ text: 'half ' }] })
    finish()
    const request = { type: 'threads.resume' as const, params: { thread_id: id, after: cursor ?? null } }
    const whole = await reduce(client.stream(request), () => {}, state)
    expect(whole.items).toEqual(await storedItems(client, whole))
    expect(whole.items[1]).toMatchObject({ content: [{ text: 'half whole' }] })
    expect((await client.loadThread(id)).cursor).toBeUndefined()
    expect(calls()).toBe(1)
  })
})
