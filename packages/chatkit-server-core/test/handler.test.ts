import { describe, expect, it } from 'vitest'
import { ChatKitError, createChatKitHandler, textStream, type ChatKitHandler } from '../src/index.ts'
import { ada, add, answer, create, grace, TestServer, type User } from './test-server.ts'

const users: Record<string, User> = { ada, grace }

function handlerOf(
  server: TestServer,
  options: { bodyTimeoutMs?: number; keepAliveMs?: number } = {},
): ChatKitHandler {
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

  it('lets the answer go on when the client leaves', async () => {
    const gate = Promise.withResolvers<void>()
    const server = new TestServer(async function* (turn) {
      await gate.promise
      yield { type: 'thread.item.done', item: answer(turn, 'whole') }
    })
    const response = await handlerOf(server).fetch(post(create('Hi')))
    await response.body?.cancel()
    gate.resolve()
    await server.close()
    const list = await server.json<{ data: { id: string }[] }>({ type: 'threads.list', params: {} })
    const thread = await server.json({
      type: 'threads.get_by_id',
      params: { thread_id: list.data[0]?.id },
    })
    expect(JSON.stringify(thread)).toContain('whole')
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
