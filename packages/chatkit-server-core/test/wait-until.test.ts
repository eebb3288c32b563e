import { describe, expect, expectTypeOf, it } from 'vitest'
import { createChatKitHandler, type ChatKitHandler, type RunEnd, type ThreadItem } from '../src/index.ts'
import { ada, answer, beginning, create, TestServer } from './test-server.ts'

/** A server whose answer says half of it, and the rest when it is told to. */
function halting(): { server: TestServer; handler: ChatKitHandler; goOn: () => void; ends: RunEnd[] } {
  const { promise, resolve: goOn } = Promise.withResolvers<void>()
  const ends: RunEnd[] = []
  const server = new TestServer(
    async function* (turn) {
      const item = answer(turn, '')
      yield* beginning(item, 'half')
      await promise
      yield { type: 'thread.item.done', item: { ...answer(turn, 'half and half'), id: item.id } }
    },
    { onDisconnect: 'finish', hooks: { onRunEnd: (run) => ends.push(run) } },
  )
  return { server, handler: createChatKitHandler(server, { authenticate: () => ada }), goOn, ends }
}

const post = (body: object): Request =>
  new Request('http://localhost/chatkit', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** A platform as Workers have it: its method needs its object. */
class Context {
  readonly #held: Promise<unknown>[] = []

  waitUntil(promise: Promise<unknown>): void {
    this.#held.push(promise)
  }

  get held(): readonly Promise<unknown>[] {
    return this.#held
  }
}

async function itemsOf(server: TestServer): Promise<ThreadItem['type'][]> {
  const scope = { owner: 'ada', context: ada }
  const { data } = await server.store.listThreads({ limit: 1, order: 'desc' }, scope)
  const query = { limit: 10, order: 'asc', include: 'all' } as const
  return (await server.store.listItems(data[0]?.id ?? '', query, scope)).data.map(({ type }) => type)
}

describe('waitUntil', () => {
  it('is given the end of an answer whose client left, behind which everything is stored', async () => {
    const { server, handler, goOn, ends } = halting()
    const context = new Context()
    const response = await handler.fetch(post(create('Hello')), context)
    await response.body?.cancel()
    expect(context.held).toHaveLength(1)
    let over = false
    const held = context.held[0]?.then(() => (over = true))
    // Whatever may happen at once has happened, and the platform is still asked to wait.
    await new Promise((resolve) => setImmediate(resolve))
    expect([over, ends]).toEqual([false, []])
    goOn()
    await held
    expect(ends).toMatchObject([{ status: 'completed' }])
    expect(await itemsOf(server)).toEqual(['user_message', 'assistant_message'])
  })

  it('is given the answer again that a resume reads, and nothing by what is answered at once or refused', async () => {
    const { handler, goOn } = halting()
    const opening = new Context()
    const stream = await handler.fetch(post(create('Hello')), opening)
    const cursor = stream.headers.get('x-chatkit-run') ?? ''
    const others = new Context()
    await handler.fetch(post({ type: 'threads.list', params: {} }), others)
    await handler.fetch(post({ type: 'no.such.thing', params: {} }), others)
    expect(others.held).toEqual([])
    const resuming = post(create('Hello'))
    resuming.headers.set('last-event-id', cursor)
    const resumed = await handler.fetch(resuming, others)
    expect(others.held).toHaveLength(1)
    goOn()
    await Promise.all([...opening.held, ...others.held, stream.text(), resumed.text()])
  })

  it('does not fail the request where the platform refuses it', async () => {
    const { handler, goOn } = halting()
    const waitUntil = (): never => {
      throw new TypeError('Illegal invocation')
    }
    const response = await handler.fetch(post(create('Hello')), { waitUntil })
    goOn()
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('half and half')])
  })

  it('may be missing: servers hand over what they like as a second argument', async () => {
    const { handler, goOn } = halting()
    const loose: (request: Request, ...more: unknown[]) => Promise<Response> = handler.fetch
    goOn()
    for (const second of [undefined, null, {}, { waitUntil: 'a binding' }, 'text']) {
      const response = await loose(post(create('Hello')), second)
      expect(await response.text()).toContain('half and half')
    }
    expectTypeOf(handler.fetch).toExtend<
      (request: Request, info: { remoteAddr: string }) => Promise<Response>
    >()
    // @ts-expect-error: what is meant as a platform has to be one.
    const wrong = () => handler.fetch(post(create('Hello')), { waitUntil: 'soon' })
    expect(wrong).toBeTypeOf('function')
  })
})
