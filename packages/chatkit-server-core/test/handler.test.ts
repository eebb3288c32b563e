import { describe, expect, it, vi } from 'vitest'
import {
  ChatKitError,
  createChatKitHandler,
  textStream,
  type ChatKitHandler,
  type ChatKitHandlerOptions,
  type TranscribeInput,
} from '../src/index.ts'
import { ada, add, answer, beginning, create, grace, TestServer, type User } from './test-server.ts'

const users: Record<string, User> = { ada, grace }

function handlerOf(server: TestServer, options: Partial<ChatKitHandlerOptions<User>> = {}): ChatKitHandler {
  return createChatKitHandler(server, {
    authenticate: (request) => {
      const user = request.headers.get('authorization')
      if (user === 'blocked') throw new ChatKitError('forbidden', 'Your account is blocked.')
      if (user === 'broken') throw new Error('the session store is down')
      return user === null ? undefined : users[user]
    },
    ...options,
  })
}

const post = (body: string | object, headers: Record<string, string> = {}): Request =>
  new Request('http://localhost/chatkit', {
    method: 'POST',
    headers: { authorization: 'ada', 'content-type': 'application/json', ...headers },
    body: body instanceof ReadableStream || typeof body === 'string' ? body : JSON.stringify(body),
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  })

/** A server whose answers end only when they are stopped, and a promise for how the first one ended. */
function tireless(): { server: TestServer; ended: Promise<string> } {
  const ended = Promise.withResolvers<string>()
  const server = new TestServer(
    async function* (turn) {
      yield* beginning(answer(turn, ''), 'partial')
      if (!turn.signal.aborted) await new Promise((resolve) => turn.signal.addEventListener('abort', resolve))
    },
    { hooks: { onRunEnd: ({ status }) => ended.resolve(status) } },
  )
  return { server, ended: ended.promise }
}

/** Reads a stream up to the chunk that contains a text, and leaves it open. */
async function readUntil(response: Response, text: string): Promise<string> {
  const reader = response.body?.getReader()
  let seen = ''
  while (!seen.includes(text)) {
    const chunk = await reader?.read()
    if (!chunk || chunk.done) break
    seen += new TextDecoder().decode(chunk.value)
  }
  reader?.releaseLock()
  return seen
}

interface ErrorBody {
  error: { code: string; message: string; issues?: { path: string; message: string }[]; request_id: string }
  message: string
}

async function refusal(response: Response): Promise<[number, string]> {
  const body = (await response.json()) as ErrorBody
  expect(body.message).toBe(body.error.message)
  expect(response.headers.get('x-request-id')).toBe(body.error.request_id)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return [response.status, body.error.code]
}

describe('a stream', () => {
  it('is SSE: one JSON object an event, numbered, with the headers that keep proxies from buffering', async () => {
    const server = new TestServer((turn) => textStream(turn, ['line one\nline two\r\n\n', 'data: x']))
    const response = await handlerOf(server).fetch(post(create('Hi')))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('x-chatkit-run')).toMatch(/^run_\w+:0$/)
    const frames = (await response.text()).split('\n\n').filter((frame) => frame !== '')
    const run = response.headers.get('x-chatkit-run')?.split(':')[0]
    const events = frames.map((frame, index) => {
      const [id, data, ...rest] = frame.split('\n')
      expect(rest).toEqual([])
      expect(id).toBe(`id: ${run}:${index + 1}`)
      return JSON.parse(data?.replace(/^data: /, '') ?? '') as { type: string; item?: { content: unknown } }
    })
    expect(events.at(-1)?.item?.content).toEqual([
      { type: 'output_text', text: 'line one\nline two\r\n\ndata: x', annotations: [] },
    ])
  })

  it('sends a comment in times of silence', async () => {
    const gate = Promise.withResolvers<void>()
    const server = new TestServer(async function* () {
      await gate.promise
      yield { type: 'progress_update', text: 'x' }
    })
    const response = await handlerOf(server, { keepAliveMs: 5 }).fetch(post(create('Hi')))
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (chunk.startsWith(':')) gate.resolve()
    }
    expect(text).toContain('\n\n:\n\n')
    expect(text).toContain('progress_update')
  })

  it('names the run and the place at which it was resumed', async () => {
    const gate = Promise.withResolvers<void>()
    const server = new TestServer(async function* (turn) {
      yield* beginning(answer(turn, ''), 'first')
      await gate.promise
      yield* beginning(answer(turn, ''), 'second')
    })
    const handler = handlerOf(server)
    const first = await handler.fetch(post(create('Hi'), { 'x-chatkit-client': 'stop' }))
    const seen = await readUntil(first, 'first')
    await first.body?.cancel()
    const lastEventId = [...seen.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? ''
    const second = await handler.fetch(post(create('ignored'), { 'last-event-id': lastEventId }))
    expect(second.headers.get('x-chatkit-run')).toBe(lastEventId)
    gate.resolve()
    const rest = await second.text()
    const [, number] = lastEventId.split(':')
    expect(rest).toContain(`:${Number(number) + 1}\ndata: `)
    expect(rest).not.toContain('"delta":"first"')
    expect(rest).toContain('"delta":"second"')
  })

  it('is the first one again for the same idempotency key', async () => {
    const server = new TestServer((turn) => textStream(turn, ['once']))
    const handler = handlerOf(server)
    const send = (text: string) => handler.fetch(post(create(text), { 'idempotency-key': 'k1' }))
    const first = await (await send('Hi')).text()
    expect(await (await send('Hi')).text()).toBe(first)
    expect(await refusal(await send('Another'))).toEqual([422, 'idempotency_key_reused'])
  })
})

describe('when the client leaves', () => {
  const leaving: [how: string, leave: (response: Response, abort: AbortController) => unknown][] = [
    ['the body is cancelled', (response) => response.body?.cancel()],
    ['the signal of the request fires', (_response, abort) => abort.abort()],
  ]

  // Again where the machine was busy: the bound is of the server, not of its neighbours.
  it.each(leaving)(
    '%s: an answer tied to the connection stops within 50 ms',
    { retry: 3 },
    async (_how, leave) => {
      const begun = Promise.withResolvers<void>()
      const stopped = Promise.withResolvers<void>()
      const server = new TestServer(async function* (turn) {
        yield* beginning(answer(turn, ''), 'partial')
        begun.resolve()
        await new Promise((resolve) => turn.signal.addEventListener('abort', resolve))
        stopped.resolve()
      })
      const abort = new AbortController()
      const response = await handlerOf(server).fetch(
        new Request(post(create('Hi')), { signal: abort.signal }),
      )
      await begun.promise
      const before = performance.now()
      await leave(response, abort)
      await stopped.promise
      expect(performance.now() - before).toBeLessThan(50)
      await server.close()
    },
  )

  it.each(leaving)('%s: the answer to a client that resumes goes on', async (_how, leave) => {
    const gate = Promise.withResolvers<void>()
    const server = new TestServer(async function* (turn) {
      await gate.promise
      yield { type: 'thread.item.done', item: answer(turn, 'whole') }
    })
    const abort = new AbortController()
    const request = post(create('Hi'), { 'x-chatkit-client': 'stop' })
    const response = await handlerOf(server).fetch(new Request(request, { signal: abort.signal }))
    await leave(response, abort)
    gate.resolve()
    await server.close()
    const list = await server.json<{ data: { id: string }[] }>({ type: 'threads.list', params: {} })
    const thread = await server.json({
      type: 'threads.get_by_id',
      params: { thread_id: list.data[0]?.id },
    })
    expect(JSON.stringify(thread)).toContain('whole')
  })

  it('stops an answer that begins when the client has left already', async () => {
    const { server, ended } = tireless()
    const abort = new AbortController()
    const handler = handlerOf(server, {
      authenticate: () => {
        abort.abort()
        return ada
      },
    })
    await handler.fetch(new Request(post(create('Hi')), { signal: abort.signal }))
    expect(await ended).toBe('stopped')
  })

  it('lets a client go that takes nothing for a minute, and its answer goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { server, ended } = tireless()
      const body = (await handlerOf(server).fetch(post(create('Hi')))).body?.getReader()
      await vi.advanceTimersByTimeAsync(50_000)
      await body?.read()
      await vi.advanceTimersByTimeAsync(59_000)
      const reading = body?.read()
      await vi.advanceTimersByTimeAsync(20_000)
      expect(new TextDecoder().decode((await reading)?.value)).not.toBe('')
      await vi.advanceTimersByTimeAsync(60_000)
      await expect(body?.read()).rejects.toThrow('60000 ms')
      const closing = server.close({ graceMs: 0 })
      await vi.advanceTimersByTimeAsync(1)
      expect(await ended).toBe('interrupted')
      await closing
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('pages of other origins', () => {
  const server = new TestServer((turn) => textStream(turn, ['Hello']))
  const origin = 'https://app.example.com'
  const preflight = (from: string) =>
    new Request('http://localhost/chatkit', {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST' },
    })
  const corsOf = ({ headers }: Response): Record<string, string> =>
    Object.fromEntries([...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')))

  it('may ask before they send, send, and read the headers that a client needs', async () => {
    const handler = handlerOf(server, { cors: { origins: [origin], credentials: true } })
    const allowed = {
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-chatkit-run, x-request-id, retry-after',
    }
    const asked = await handler.fetch(preflight(origin))
    expect(asked.status).toBe(204)
    expect(asked.headers.get('x-request-id')).toMatch(/./)
    expect(corsOf(asked)).toEqual({
      ...allowed,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers':
        'content-type, authorization, idempotency-key, last-event-id, x-chatkit-client',
      'access-control-max-age': '600',
    })
    expect(corsOf(await handler.fetch(post(create('Hi'), { origin })))).toEqual(allowed)
    const refused = await handler.fetch(post(create('Hi'), { origin, authorization: 'nobody' }))
    expect(corsOf(refused)).toEqual(allowed)
    const get = await handler.fetch(new Request('http://localhost/chatkit'))
    expect(get.headers.get('allow')).toBe('POST, OPTIONS')
  })

  it('are told nothing where they are not named, exactly', async () => {
    const handler = handlerOf(server, { cors: { origins: [origin] } })
    for (const other of [
      'https://app.example.com.evil.org',
      'http://app.example.com',
      'null',
      `${origin}:8443`,
    ]) {
      const asked = await handler.fetch(preflight(other))
      expect([asked.status, corsOf(asked)]).toEqual([204, { vary: 'origin' }])
      expect(corsOf(await handler.fetch(post(create('Hi'), { origin: other })))).toEqual({ vary: 'origin' })
    }
  })

  it('may all come where "*" says so, without cookies', async () => {
    const handler = handlerOf(server, { cors: { origins: ['*'] } })
    expect(corsOf(await handler.fetch(post(create('Hi'), { origin })))).toEqual({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'x-chatkit-run, x-request-id, retry-after',
    })
  })

  it('are kept out without cors, and a list that no browser could match is refused at once', async () => {
    const asked = await handlerOf(server).fetch(preflight(origin))
    expect([asked.status, corsOf(asked)]).toEqual([405, {}])
    for (const cors of [
      { origins: ['*'], credentials: true },
      { origins: ['*', origin] },
      { origins: ['https://app.example.com/'] },
      { origins: ['app.example.com'] },
      { origins: ['null'] },
    ]) {
      expect(() => handlerOf(server, { cors })).toThrow(/cors\.origins/)
    }
  })
})

describe('a refusal comes before the stream', () => {
  const server = new TestServer(() => [])
  const handler = handlerOf(server)

  it('401 without a session, 403 for one that may not, 500 without details when asking fails', async () => {
    const [none, blocked, broken] = await Promise.all(
      ['nobody', 'blocked', 'broken'].map((user) =>
        handler.fetch(post(create('x'), { authorization: user })),
      ),
    )
    if (!none || !blocked || !broken) throw new Error('no responses')
    expect(await refusal(none)).toEqual([401, 'unauthenticated'])
    expect(await refusal(blocked)).toEqual([403, 'forbidden'])
    const text = await broken.clone().text()
    expect(text).not.toContain('session store')
    expect(await refusal(broken)).toEqual([500, 'internal'])
    expect(server.errors).toMatchObject([{ message: 'the session store is down' }])
  })

  it('400 names the place and the fault', async () => {
    const bad: [string | object, string, RegExp][] = [
      [{}, 'type', /is missing; it must be one of threads\.create/],
      [{ type: 'threads.explode' }, 'type', /is "threads\.explode"/],
      [{ type: 'threads.get_by_id', params: {} }, 'params.thread_id', /./],
      [
        { type: 'threads.create', params: { input: { content: [{ type: 'input_text' }] } } },
        'params.input.content[0].text',
        /./,
      ],
      [create('nul \0 here'), 'params.input.content[0].text', /NUL/],
      [JSON.stringify(create('half \ud800 pair')), 'params.input.content[0].text', /surrogate/],
      [
        '{"type":"threads.list","params":{},"metadata":{"__proto__":{"admin":true}}}',
        'metadata',
        /__proto__/,
      ],
      [`{"type":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, '', /deeper than 64/],
    ]
    for (const [body, path, message] of bad) {
      const response = await handler.fetch(post(body))
      const { error } = (await response.clone().json()) as ErrorBody
      expect(await refusal(response)).toEqual([400, 'request_invalid'])
      expect(error.issues?.[0]).toEqual({ path, message: expect.stringMatching(message) as string })
    }
  })

  it('400 for what is no JSON or no UTF-8, without quoting it', async () => {
    const response = await handler.fetch(post('{"secret": hunter2'))
    expect(await response.clone().text()).not.toContain('hunter2')
    expect(await refusal(response)).toEqual([400, 'request_invalid'])
    const bytes = new Response(new Uint8Array([0x22, 0xff, 0x22])).body as ReadableStream
    expect(await refusal(await handler.fetch(post(bytes)))).toEqual([400, 'request_invalid'])
  })

  it('404 for a thread that is unknown or belongs to somebody else', async () => {
    const id = await server.newThread('mine')
    for (const body of [add(id, 'theirs'), { type: 'threads.get_by_id', params: { thread_id: id } }]) {
      const response = await handler.fetch(post(body, { authorization: 'grace' }))
      expect(await refusal(response)).toEqual([404, 'thread_not_found'])
    }
  })

  it('405 for anything but POST, 415 for anything but application/json', async () => {
    const get = await handler.fetch(new Request('http://localhost/chatkit'))
    expect(get.headers.get('allow')).toBe('POST')
    expect(await refusal(get)).toEqual([405, 'method_not_allowed'])
    for (const type of ['text/plain', 'application/jsonp', 'multipart/form-data; x=application/json']) {
      const response = await handler.fetch(post(create('x'), { 'content-type': type }))
      expect(await refusal(response)).toEqual([415, 'unsupported_media_type'])
    }
    const fine = await handler.fetch(post(create('x'), { 'content-type': 'Application/JSON; charset=utf-8' }))
    expect(fine.status).toBe(200)
  })

  it('413 as soon as a body is too large, whether it says so or not', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(65_536).fill(0x20))
      },
    })
    expect(await refusal(await handler.fetch(post(endless)))).toEqual([413, 'body_too_large'])
    expect(pulled).toBeLessThan(30)
    const declared = post('{}', { 'content-length': '2000000' })
    expect(await refusal(await handler.fetch(declared))).toEqual([413, 'body_too_large'])
  })

  it('413 over the usual limit for anything but a recording, which may be larger where it can be heard', async () => {
    const heard: number[] = []
    class Listening extends TestServer {
      override async transcribe({ audio }: TranscribeInput<User>): Promise<{ text: string }> {
        heard.push(audio.byteLength)
        return { text: 'Hello' }
      }
    }
    const recording = (bytes: number): object => ({
      type: 'input.transcribe',
      params: { audio_base64: Buffer.alloc(bytes).toString('base64'), mime_type: 'audio/mp4' },
    })
    const listening = handlerOf(new Listening(() => []))
    const status = async (by: ChatKitHandler, body: object) => (await by.fetch(post(body))).status
    expect(await status(listening, recording(3_000_000))).toBe(200)
    expect(heard).toEqual([3_000_000])
    expect(await status(listening, recording(9_000_000))).toBe(413)
    expect(await status(listening, create('x'.repeat(1_100_000)))).toBe(413)
    const disguised = { ...create('x'.repeat(1_100_000)), metadata: { type: 'input.transcribe' } }
    expect(await status(listening, disguised)).toBe(413)
    const stuffed = { ...recording(600_000), metadata: { list: Array.from({ length: 600_000 }, () => 1) } }
    expect(await status(listening, stuffed)).toBe(413)
    expect(await status(handler, recording(3_000_000))).toBe(413)
    expect(await status(handler, recording(300_000))).toBe(501)
  })

  it('400 for a body that breaks off', async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('connection reset')),
    })
    expect(await refusal(await handler.fetch(post(broken)))).toEqual([400, 'request_invalid'])
  })

  it('tells when to come again, and which run is in the way', async () => {
    const { server: busy } = tireless()
    const strict = new TestServer(
      (turn) => busy.respond(turn),
      { onBusy: 'reject', hooks: { rateLimit: ({ type }) => (type === 'threads.list' ? { retryAfterSeconds: 2.5 } : undefined) } }, // prettier-ignore
    )
    const refusing = handlerOf(strict)
    const limited = await refusing.fetch(post({ type: 'threads.list', params: {} }))
    expect(limited.headers.get('retry-after')).toBe('3')
    expect(await limited.json()).toMatchObject({ error: { code: 'rate_limited', retry_after_seconds: 2.5 } })

    const first = await refusing.fetch(post(create('Hi')))
    const threadId = /"thread_id":"(\w+)"/.exec(await readUntil(first, '"thread_id"'))?.[1] ?? ''
    const second = await refusing.fetch(post(add(threadId, 'Hello?')))
    const run = first.headers.get('x-chatkit-run')?.split(':')[0]
    expect(await second.json()).toMatchObject({ error: { code: 'run_active', run_id: run } })
    await first.body?.cancel()
  })

  it('gives every response a request id of its own and takes none from outside', async () => {
    const ids = await Promise.all(
      [post(create('Hi')), post('{'), new Request('http://localhost/'), post(create('Hi'))].map(
        async (request) => {
          request.headers.set('x-request-id', 'forged')
          return (await handler.fetch(request)).headers.get('x-request-id')
        },
      ),
    )
    expect(new Set(ids).size).toBe(4)
    expect(ids.join(' ')).not.toContain('forged')
  })

  it('408 for a body that does not come to its end', async () => {
    const stuck = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
    })
    const response = await handlerOf(server, { bodyTimeoutMs: 20 }).fetch(post(stuck))
    expect(await refusal(response)).toEqual([408, 'body_timeout'])
  })
})

describe('a plain reply', () => {
  it('is JSON that is not cached, without private metadata and without nulls', async () => {
    const server = new TestServer((turn) => {
      turn.thread.metadata = { plan: 'secret' }
      return []
    })
    const id = await server.newThread()
    const response = await handlerOf(server).fetch(
      post({ type: 'threads.get_by_id', params: { thread_id: id }, metadata: null }),
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
    const thread = (await response.json()) as Record<string, unknown>
    expect(thread.metadata).toEqual({})
    expect(Object.values(thread)).not.toContain(null)
  })
})
