import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import {
  ChatKitError,
  ChatKitServer,
  createChatKitHandler,
  MemoryStore,
  withMemoryRuns,
  type ChatKitServerOptions,
  type ErrorCode,
  type GenerateId,
  type ThreadItem,
  type ThreadStatus,
  type ThreadStreamEvent,
  type Turn,
} from '../src/index.ts'
import { ERRORS } from '../src/errors.ts'
import { createThreadStore } from '../../../examples/recipes/thread-store.ts'

interface Person {
  userId: string
}
type Respond = (turn: Turn<Person>) => AsyncIterable<ThreadStreamEvent> | Iterable<ThreadStreamEvent>

/** Only answers: no actions, no dictation, no attachments. */
class AnsweringServer extends ChatKitServer<Person> {
  readonly #respond: Respond

  constructor(respond: Respond, options: Partial<ChatKitServerOptions<Person>> = {}) {
    super({ store: new MemoryStore(), owner: ({ userId }) => userId, generateId: countingIds(), ...options })
    this.#respond = respond
  }

  override async *respond(turn: Turn<Person>): AsyncGenerator<ThreadStreamEvent> {
    yield* this.#respond(turn)
  }
}

class ListeningServer extends AnsweringServer {
  override async transcribe(): Promise<{ text: string }> {
    return { text: 'heard' }
  }
}

/** The first thread is `thr_1`, its first message `msg_1`, the run that answers it `run_1`. */
function countingIds(): GenerateId {
  const counts = new Map<string, number>()
  return (kind) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${kind}_${count}`
  }
}

type Body = NonNullable<RequestInit['body']>
type Send = (body: Body | object, headers?: Record<string, string>) => Promise<Response>

const quiet = { hooks: { onError: () => {} } }

const servers: AnsweringServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMs: 0 })))
})

function serve(server: AnsweringServer): Send {
  servers.push(server)
  const handler = createChatKitHandler(server, {
    bodyTimeoutMs: 50,
    authenticate: ({ headers }) => {
      const userId = headers.get('authorization')
      if (userId === 'blocked') throw new ChatKitError('forbidden', 'This account is blocked.')
      if (userId === 'broken') throw new Error('sessions are kept at 10.0.0.7')
      return userId === 'nobody' ? undefined : { userId: userId ?? 'ada' }
    },
  })
  return (body, headers) => {
    const plain = typeof body === 'object' && Object.getPrototypeOf(body) === Object.prototype
    return handler.fetch(
      new Request('http://localhost/chatkit', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: plain ? JSON.stringify(body) : (body as Body),
        ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
      }),
    )
  }
}

const request = (type: string, params: object): object => ({ type, params })
const say = (words: string, more: object = {}): object => ({
  input: { content: [{ type: 'input_text', text: words }], attachments: [], inference_options: {}, ...more },
})
const create = (more?: object): object => request('threads.create', say('Hello', more))
const add = (threadId = 'thr_1'): object =>
  request('threads.add_user_message', { thread_id: threadId, ...say('And?') })
const ofThread = (type: string, params: object = {}): object =>
  request(type, { thread_id: 'thr_1', ...params })

/** A server on which `ada` has a thread `thr_1`, whose answer was these items. */
async function withThread(
  items: { id: string; type: ThreadItem['type'] }[] = [],
  options?: Partial<ChatKitServerOptions<Person>>,
  status?: ThreadStatus,
): Promise<Send> {
  const respond: Respond = (turn) => {
    if (!turn.userMessage) return []
    if (status) turn.thread.status = status
    const fields = { thread_id: turn.thread.id, created_at: turn.now().toISOString() }
    return items.map((item) => ({ type: 'thread.item.done', item: { ...fields, ...item } as ThreadItem }))
  }
  const send = serve(new AnsweringServer(respond, options))
  await (await send(create())).text()
  return send
}

/** A server on which an answer to `ada` in `thr_1` is being written, without an end. */
async function withActiveRun(options: Partial<ChatKitServerOptions<Person>>): Promise<Send> {
  const send = serve(
    new AnsweringServer(
      async function* ({ signal }) {
        yield { type: 'progress_update', text: 'Thinking' }
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      },
      { ...options, ...quiet },
    ),
  )
  await send(create())
  return send
}

const silent: Respond = () => []
const widget = { id: 'widget', type: 'widget', widget: { type: 'Card' } } as const
const form = { id: 'form', type: 'structured_input', status: 'pending', inputs: [] } as const
const words = { id: 'words', type: 'assistant_message', content: [] } as const
const endless = new Uint8Array(11 * 1024 * 1024).fill(0x20)

interface Case {
  when: string
  send: () => Promise<Response>
  /** More that is in the error. */
  facts?: Record<string, unknown>
}

const bad = (when: string, body: string | object, path: string): Case => ({
  when,
  send: () => serve(new AnsweringServer(silent))(body),
  facts: { issues: [expect.objectContaining({ path }) as unknown] },
})

const notOffered = (type: string, params: object): Case => ({
  when: `${type} is not offered`,
  send: async () => (await withThread([widget]))(request(type, params)),
})

const shut = (status: 'locked' | 'closed'): Case[] =>
  [
    add(),
    ofThread('threads.add_client_tool_output', { result: 1 }),
    ofThread('threads.add_structured_input', { item_id: 'form', input: {} }),
    ofThread('threads.retry_after_item', { item_id: 'msg_1' }),
  ].map((body) => ({
    when: `${(body as { type: string }).type} on a thread that is ${status}`,
    send: async () => (await withThread([form], {}, { type: status }))(body),
  }))

const CASES = {
  request_invalid: [
    { when: 'the body is not JSON', send: () => serve(new AnsweringServer(silent))('{"type":') },
    bad('the type is unknown', { type: 'threads.explode' }, 'type'),
    bad('a parameter is missing', request('threads.get_by_id', {}), 'params.thread_id'),
    bad('a parameter is wrong', request('threads.list', { order: 'up' }), 'params.order'),
    bad('text has a NUL', create({ quoted_text: 'a\u0000b' }), 'params.input.quoted_text'),
    bad(
      'text has half of a surrogate pair',
      JSON.stringify(create({ quoted_text: 'X' })).replace('X', String.raw`\ud800`),
      'params.input.quoted_text',
    ),
    bad('it nests too deeply', `{"type":${'['.repeat(65)}${']'.repeat(65)}}`, ''),
    bad('a key reaches prototypes', '{"type":"threads.list","params":{"constructor":1}}', 'params'),
    {
      when: 'the model is not on the list',
      send: () =>
        serve(new AnsweringServer(silent, { inferenceOptions: { models: ['small'] } }))(
          create({ inference_options: { model: 'large' } }),
        ),
    },
    {
      when: 'the tool choice is not on the list',
      send: () =>
        serve(new AnsweringServer(silent, { inferenceOptions: { toolChoices: ['search'] } }))(
          create({ inference_options: { tool_choice: { id: 'shell' } } }),
        ),
    },
  ],
  unauthenticated: [
    {
      when: 'nobody is signed in',
      send: () => serve(new AnsweringServer(silent))(create(), { authorization: 'nobody' }),
    },
  ],
  forbidden: [
    {
      when: 'authenticate says so',
      send: () => serve(new AnsweringServer(silent))(create(), { authorization: 'blocked' }),
    },
  ],
  thread_not_found: [
    { when: 'the thread is unknown', send: async () => (await withThread())(add('thr_9')) },
    {
      when: 'the thread is somebody else’s',
      send: async () => (await withThread())(add(), { authorization: 'grace' }),
    },
  ],
  item_not_found: [
    {
      when: 'a retry names an unknown item',
      send: async () => (await withThread())(ofThread('threads.retry_after_item', { item_id: 'none' })),
    },
    {
      when: 'feedback names an unknown item',
      send: async () =>
        (await withThread())(ofThread('items.feedback', { item_ids: ['none'], kind: 'positive' })),
    },
  ],
  attachment_not_found: [
    {
      when: 'a message names an unknown attachment',
      send: async () => (await withThread())(create({ attachments: ['atc_none'] })),
    },
  ],
  method_not_allowed: [
    {
      when: 'it is no POST',
      send: () => {
        const handler = createChatKitHandler(new AnsweringServer(silent), { authenticate: () => null })
        return handler.fetch(new Request('http://localhost/chatkit', { method: 'DELETE' }))
      },
    },
  ],
  body_timeout: [
    {
      when: 'the body has no end',
      send: () =>
        serve(new AnsweringServer(silent))(
          new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode('{')) }),
        ),
    },
  ],
  run_active: [
    {
      when: 'an answer is being written and the server does not interrupt it',
      send: async () => (await withActiveRun({ onBusy: 'reject' }))(add()),
      facts: { run_id: 'run_1' },
    },
  ],
  run_gone: [
    {
      when: 'threads.resume names a run that is not known',
      send: async () => (await withThread())(ofThread('threads.resume', { after: 'run_none:3' })),
    },
    {
      when: 'last-event-id names a run that is not known',
      send: async () => (await withThread())(add(), { 'last-event-id': 'run_none:3' }),
    },
  ],
  thread_locked: shut('locked'),
  thread_closed: shut('closed'),
  item_state_conflict: [
    {
      when: 'a tool output comes with nothing pending',
      send: async () => (await withThread())(ofThread('threads.add_client_tool_output', { result: 1 })),
    },
    {
      when: 'a form is answered again',
      send: async () => {
        const send = await withThread([form])
        const answer = ofThread('threads.add_structured_input', { item_id: 'form', input: {} })
        await (await send(answer)).text()
        return send(answer)
      },
    },
    {
      when: 'a retry names no message of the user',
      send: async () =>
        (await withThread([words]))(ofThread('threads.retry_after_item', { item_id: 'words' })),
    },
    {
      when: 'the sender of an action is no widget',
      send: async () => {
        class ActingServer extends AnsweringServer {
          override async *action(): AsyncGenerator<ThreadStreamEvent> {}
        }
        const send = serve(new ActingServer(silent))
        await (await send(create())).text()
        return send(
          ofThread('threads.custom_action', { item_id: 'msg_1', action: { type: 'go', payload: 1 } }),
        )
      },
    },
  ],
  body_too_large: [
    {
      when: 'the body is over 1 MiB',
      send: () => serve(new AnsweringServer(silent))(endless.slice(0, 1_048_577)),
    },
    {
      when: 'the body is over 1 MiB and is no dictation, where there is dictation',
      send: () => serve(new ListeningServer(silent))(create({ quoted_text: 'a'.repeat(1_048_577) })),
    },
    { when: 'dictation is over 10 MiB', send: () => serve(new ListeningServer(silent))(endless) },
  ],
  unsupported_media_type: [
    {
      when: 'the content type is another one',
      send: () => serve(new AnsweringServer(silent))(create(), { 'content-type': 'text/plain' }),
    },
  ],
  idempotency_key_reused: [
    {
      when: 'the key comes with another body',
      send: async () => {
        const send = serve(new AnsweringServer(silent))
        await (await send(create(), { 'idempotency-key': 'k1' })).text()
        return send(create({ quoted_text: 'other' }), { 'idempotency-key': 'k1' })
      },
    },
  ],
  rate_limited: [
    {
      when: 'the rateLimit hook says so',
      send: () =>
        serve(new AnsweringServer(silent, { hooks: { rateLimit: () => ({ retryAfterSeconds: 7 }) } }))(
          create(),
        ),
      facts: { retry_after_seconds: 7 },
    },
    {
      when: 'too many answers are being written',
      send: async () => (await withActiveRun({ limits: { activeRunsPerOwner: 1 } }))(create()),
      facts: { retry_after_seconds: expect.any(Number) as unknown },
    },
  ],
  internal: [
    {
      when: 'authenticate fails',
      send: () => serve(new AnsweringServer(silent, quiet))(create(), { authorization: 'broken' }),
    },
    {
      when: 'the store fails',
      send: () => {
        const fail = async (): Promise<never> => {
          throw new Error('sessions are kept at 10.0.0.7')
        }
        const store = withMemoryRuns({ ...createThreadStore(), listThreads: fail })
        return serve(new AnsweringServer(silent, { store, ...quiet }))(request('threads.list', {}))
      },
    },
  ],
  hook_not_implemented: [
    notOffered('threads.custom_action', { thread_id: 'thr_1', action: { type: 'go', payload: 1 } }),
    notOffered('threads.sync_custom_action', { thread_id: 'thr_1', action: { type: 'go', payload: 1 } }),
    notOffered('input.transcribe', { audio_base64: 'aGVsbG8=', mime_type: 'audio/mp4' }),
    notOffered('attachments.create', { name: 'a.txt', size: 1, mime_type: 'text/plain' }),
    notOffered('attachments.delete', { attachment_id: 'atc_1' }),
  ],
  unavailable: [
    {
      when: 'the store cannot be reached',
      send: () => {
        const refuse = async (): Promise<never> => {
          throw new ChatKitError('unavailable', 'The database cannot be reached. Try again.')
        }
        const store = withMemoryRuns({ ...createThreadStore(), createThread: refuse })
        return serve(new AnsweringServer(silent, { store, ...quiet }))(create())
      },
    },
    {
      when: 'the server is shutting down',
      send: async () => {
        const server = new AnsweringServer(silent, quiet)
        const send = serve(server)
        await server.close()
        return send(create())
      },
    },
  ],
} satisfies Record<ErrorCode, Case[]>

interface ErrorBody {
  error: { code: string; message: string; request_id: string; retry_after_seconds?: number }
  message: string
}

describe.each(Object.entries(CASES) as [ErrorCode, Case[]][])('%s', (code, cases) => {
  it.each(cases)(`is the answer when $when`, async ({ send, facts = {} }) => {
    const response = await send()
    const text = await response.text()
    expect(text).not.toContain('10.0.0.7')
    const body = JSON.parse(text) as ErrorBody
    expect(body).toMatchObject({ error: { code, ...facts } })
    expect(body.message).toBe(body.error.message)
    expect(response.status).toBe(ERRORS[code].status)
    expect(response.headers.get('x-request-id')).toBe(body.error.request_id)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { retry_after_seconds: seconds } = body.error
    expect(response.headers.get('retry-after')).toBe(seconds === undefined ? null : String(seconds))
  })
})

it('a thread of somebody else is answered as an unknown one, byte for byte but for the request id', async () => {
  const send = await withThread()
  const withoutId = async (response: Response): Promise<string> => {
    const { error, message } = (await response.json()) as ErrorBody
    return JSON.stringify([message, { ...error, request_id: '' }])
  }
  const foreign = await withoutId(await send(add(), { authorization: 'grace' }))
  await (await send(ofThread('threads.delete'))).text()
  expect(await withoutId(await send(add(), { authorization: 'grace' }))).toBe(foreign)
})

it('every code is provoked here, and none is told to applications by another name', () => {
  expect(Object.keys(CASES)).toEqual(Object.keys(ERRORS))
  expectTypeOf<ErrorCode>().toEqualTypeOf<keyof typeof CASES>()
  expectTypeOf<ChatKitError['code']>().toEqualTypeOf<ErrorCode>()
})
