import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  ChatKitError,
  createChatKitHandler,
  textStream,
  type ChatKitHandler,
  type ChatKitHandlerOptions,
} from '../src/index.ts'
import { toNodeHandler, type NodeHandlerOptions } from '../src/node/index.ts'
import { ada, answer, beginning, create, grace, TestServer, type User } from './test-server.ts'

const users: Record<string, User> = { ada, grace }
const open: Server[] = []

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

const handlerOf = (server: TestServer, options: Partial<ChatKitHandlerOptions<User>> = {}): ChatKitHandler =>
  createChatKitHandler(server, {
    authenticate: (request) => users[request.headers.get('authorization') ?? ''],
    ...options,
  })

async function listen(
  handler: Parameters<typeof toNodeHandler>[0],
  options: NodeHandlerOptions & { before?: (incoming: IncomingMessage) => Promise<void> } = {},
): Promise<string> {
  const { before, ...rest } = options
  const listener = toNodeHandler(handler, rest)
  const server = createServer((incoming, outgoing) => {
    if (before) void before(incoming).then(() => listener(incoming, outgoing))
    else listener(incoming, outgoing)
  })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const post = (url: string, body: object | string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/chatkit?from=test`, {
    method: 'POST',
    headers: { authorization: 'ada', 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })

/** A connection that writes what it is told and reads only when it is told. */
function rawPost(url: string, body: object, contentLength?: number) {
  const payload = JSON.stringify(body)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `POST /chatkit HTTP/1.1\r\nhost: localhost\r\nauthorization: ada\r\ncontent-type: application/json\r\n` +
      `content-length: ${contentLength ?? Buffer.byteLength(payload)}\r\n\r\n${payload}`,
  )
  return socket
}

/** A server whose answer waits until its signal fires, and promises for what happens to it. */
function waitingServer(): { server: TestServer; begun: Promise<void>; stopped: Promise<void> } {
  const begun = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  const server = new TestServer(async function* (turn) {
    yield* beginning(answer(turn, ''), 'partial')
    begun.resolve()
    if (!turn.signal.aborted) await once(turn.signal, 'abort')
    stopped.resolve()
  })
  return { server, begun: begun.promise, stopped: stopped.promise }
}

describe('behind node:http', () => {
  it('answers with JSON and with a stream, as the web handler does', async () => {
    const server = new TestServer((turn) => textStream(turn, ['line\n', 'ümläut 🦉']))
    const url = await listen(handlerOf(server))
    const stream = await post(url, create('Hi'))
    expect(stream.status).toBe(200)
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.headers.get('x-chatkit-run')).toMatch(/^run_\w+:0$/)
    const frames = (await stream.text()).split('\n\n').filter((frame) => frame !== '')
    expect(frames.map((frame) => /^id: run_\w+:(\d+)\ndata: \{/.exec(frame)?.[1])).toEqual(
      frames.map((_, index) => String(index + 1)),
    )
    expect(frames.at(-1)).toContain('line\\nümläut 🦉')
    const list = await post(url, { type: 'threads.list', params: {} })
    expect(list.headers.get('cache-control')).toBe('no-store')
    expect(await list.json()).toMatchObject({ has_more: false })
  })

  it('sends the headers before there is anything to say', async () => {
    const { server } = waitingServer()
    const url = await listen(handlerOf(server, { keepAliveMs: 5 }))
    const response = await post(url, create('Hi'))
    let seen = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      seen += chunk
      if (seen.endsWith('\n\n:\n\n')) break
    }
    expect(seen).toContain('partial')
  })

  it('gives the handler a request with method, URL, headers and a signal, and a whole one when more is asked', async () => {
    const url = await listen({
      fetch: async (request) => {
        const { method, headers } = request
        const from = new URL(request.url).searchParams.get('from')
        const whole = request.clone()
        const body: unknown = await request.json()
        return Response.json(
          {
            method,
            from,
            body,
            again: await whole.text(),
            type: headers.get('content-type'),
            aborted: request.signal.aborted,
            isRequest: request instanceof Request,
            mode: request.mode,
          },
          { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] }, // prettier-ignore
        )
      },
    })
    const response = await post(url, { n: 1 })
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.json()).toEqual({
      method: 'POST',
      from: 'test',
      body: { n: 1 },
      again: '{"n":1}',
      type: 'application/json',
      aborted: false,
      isRequest: true,
      mode: 'cors',
    })
  })

  it('takes a body that a middleware has parsed', async () => {
    const server = new TestServer((turn) => textStream(turn, ['fine']))
    for (const parse of [JSON.parse, (body: string) => body, (body: string) => Buffer.from(body)]) {
      const url = await listen(handlerOf(server, { maxBodyBytes: 1_000 }), {
        before: async (incoming) => {
          Object.assign(incoming, { body: parse(await text(incoming)) as unknown, originalUrl: '/a/chatkit' })
        },
      })
      expect(await (await post(url, create('Hi'))).text()).toContain('fine')
      expect((await post(url, create('x'.repeat(1_000)))).status).toBe(413)
    }
  })

  it('reads the body itself where a middleware left an empty object on it', async () => {
    const server = new TestServer((turn) => textStream(turn, ['fine']))
    const url = await listen(handlerOf(server), {
      before: async (incoming) => void Object.assign(incoming, { body: {} }),
    })
    expect(await (await post(url, create('Hi'))).text()).toContain('fine')
  })

  it('refuses what a middleware has parsed too deep to be written again', async () => {
    const server = new TestServer(() => [])
    const url = await listen(handlerOf(server), {
      before: async (incoming) => {
        let body: unknown[] = []
        for (let depth = 0; depth < 100_000; depth++) body = [body]
        await text(incoming)
        Object.assign(incoming, { body })
      },
    })
    expect((await post(url, '{}')).status).toBe(400)
    expect(server.errors).toEqual([])
  })

  it('answers HEAD without a body, and a failing application with a bare 500', async () => {
    const url = await listen(handlerOf(new TestServer(() => [])))
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('allow'), await head.text()]).toEqual([405, 'POST', ''])
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const broken = await listen({ fetch: () => Promise.reject(new Error('secret')) })
    const response = await post(broken, {})
    expect([response.status, await response.text()]).toEqual([500, ''])
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
  })

  it('lets a client that still sends read why it was refused, then closes', async () => {
    const url = await listen(handlerOf(new TestServer(() => []), { maxBodyBytes: 10 }))
    const socket = rawPost(url, { much: 'more' }, 1_000_000)
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 [^]*body_too_large/)
  })
})

describe('when the client leaves', () => {
  // Again where the machine was busy: the bound is of the server, not of its neighbours.
  it('stops an answer that was tied to the connection, within 50 ms', { retry: 3 }, async () => {
    const { server, begun, stopped } = waitingServer()
    const url = await listen(handlerOf(server))
    const leave = new AbortController()
    await post(url, create('Hi'), { signal: leave.signal })
    await begun
    const before = performance.now()
    leave.abort()
    await stopped
    expect(performance.now() - before).toBeLessThan(50)
    await server.close()
  })

  it('is not troubled by an upload that breaks off', async () => {
    const server = new TestServer(() => [])
    const handler = handlerOf(server)
    const answered = Promise.withResolvers<Response>()
    const url = await listen({
      fetch: async (request) => {
        const response = await handler.fetch(request)
        answered.resolve(response)
        return response
      },
    })
    const upload = httpRequest(url, {
      method: 'POST',
      headers: { authorization: 'ada', 'content-type': 'application/json', 'content-length': 100 },
    })
    upload.on('error', () => {})
    upload.write('{"type":')
    await once(open.at(-1) ?? upload, 'request')
    upload.destroy()
    expect((await answered.promise).status).toBe(400)
    expect(server.errors).toEqual([])
  })

  it('stops an answer that begins when the client has left already', async () => {
    const ended = Promise.withResolvers<string>()
    const server = new TestServer(() => [], { hooks: { onRunEnd: ({ status }) => ended.resolve(status) } })
    const asked = Promise.withResolvers<void>()
    const handler = handlerOf(server, {
      authenticate: async ({ signal }) => {
        asked.resolve()
        await once(signal, 'abort')
        return ada
      },
    })
    const url = await listen(handler, {
      before: async (incoming) => void Object.assign(incoming, { body: await text(incoming) }),
    })
    const socket = rawPost(url, create('Hi'))
    await asked.promise
    socket.destroy()
    expect(await ended.promise).toBe('stopped')
    await server.close()
  })

  it('cuts the connection when the store fails in the middle, and says so in the log', async () => {
    const server = new TestServer((turn) => textStream(turn, ['Hello']))
    const url = await listen(handlerOf(server))
    const first = await post(url, create('Hi'))
    await first.text()
    const run = first.headers.get('x-chatkit-run')?.split(':')[0]
    const { store } = server
    const readEvents = store.readEvents.bind(store)
    // A run that is over is read from the store: once when it is resumed, then by the reader.
    let calls = 0
    store.readEvents = (...args) =>
      ++calls === 1
        ? readEvents(...args)
        : Promise.reject(new ChatKitError('unavailable', 'The store is away.'))
    const headers = { authorization: 'ada', 'content-type': 'application/json', 'last-event-id': `${run}:2` }
    const response = await post(url, create('Hi'), { headers })
    expect(response.headers.get('x-chatkit-run')).toBe(`${run}:2`)
    await expect(response.text()).rejects.toThrow('terminated')
    expect(server.errors).toMatchObject([{ code: 'unavailable' }])
  })
})

describe('a client that takes nothing', () => {
  it('is waited for, then its connection is closed, and its answer goes on', async () => {
    let stopped = false
    const server = new TestServer(
      async function* (turn) {
        turn.signal.addEventListener('abort', () => (stopped = true))
        const item = answer(turn, '')
        yield { type: 'thread.item.added', item }
        while (!turn.signal.aborted) {
          yield* beginning({ ...item, id: turn.generateId('msg') }, 'x'.repeat(50_000))
        }
      },
      { limits: { maxOutputBytes: Number.POSITIVE_INFINITY } },
    )
    const url = await listen(handlerOf(server), { stallMs: 100 })
    const socket = rawPost(url, create('Hi'))
    socket.pause()
    const [listener] = open
    if (!listener) throw new Error('no server')
    const [, outgoing] = (await once(listener, 'request')) as [unknown, NodeJS.EventEmitter]
    await once(outgoing, 'close')
    expect(stopped).toBe(false)
    socket.destroy()
    await server.close({ graceMs: 0 })
  })

  it('is closed when all that is left for it is the end of a JSON reply', async () => {
    const url = await listen({ fetch: () => new Response('x'.repeat(50_000_000)) }, { stallMs: 50 })
    const socket = rawPost(url, {})
    socket.pause()
    const [server] = open
    if (!server) throw new Error('no server')
    const [, outgoing] = (await once(server, 'request')) as [unknown, NodeJS.EventEmitter]
    await once(outgoing, 'close')
    socket.destroy()
  })
})
