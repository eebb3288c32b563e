import { z } from 'zod'
import { afterAll, describe, expect, it } from 'vitest'
import {
  createChatKitHandler,
  MemoryStore,
  type AttachmentStore,
  type ThreadItem,
  type ThreadStreamEvent,
} from '../src/index.ts'
import { requestSchemas, type RequestType } from '../src/protocol/requests.ts'
import { opensTurn } from '../src/protocol/opens-turn.ts'
import { aborted, HookedServer, type Person } from './hooked-server.ts'

type Kind = 'thread' | 'item' | 'form' | 'widget' | 'attachment' | 'run' | 'cursor' | 'key'
/** What one person owns: an id of each kind. */
type World = Record<Kind | 'busyThread', string>

type Answer = 'thread_not_found' | 'item_not_found' | 'attachment_not_found' | 'an empty page' | 'not stopped'

/** A place in a request where an id stands. `rest` gives the other ids of the request. */
interface Slot {
  answer: Answer
  /** Where an id that nobody has is answered otherwise: a run may have been there once and be forgotten. */
  unknown?: 'run_gone'
  /** Which kinds of ids can stand here, where not all can. */
  kinds?: Kind[]
  own: keyof World
  params: (id: string, rest: World) => object
}

const say = (text: string, attachments: string[] = []): object => ({
  content: [{ type: 'input_text', text }],
  attachments,
  inference_options: {},
})
const action = { type: 'go' }
const thread = (rest?: (rest: World) => object, own: keyof World = 'thread'): Slot => ({
  answer: 'thread_not_found',
  own,
  params: (id, world) => ({ thread_id: id, ...rest?.(world) }),
})
const item = (own: Kind, params: (id: string) => object): Slot => ({
  answer: 'item_not_found',
  own,
  params: (id, rest) => ({ thread_id: rest.thread, ...params(id) }),
})

// Exhaustive by type, and by the test below: an operation or id that is new must be entered here.
const slots: { [T in RequestType]: Record<string, Slot> } = {
  'threads.create': {
    attachments: {
      answer: 'attachment_not_found',
      own: 'attachment',
      params: (id) => ({ input: say('Hello', [id]) }),
    },
  },
  'threads.add_user_message': {
    thread_id: thread((rest) => ({ input: say('Hello', [rest.attachment]) })),
    attachments: {
      answer: 'attachment_not_found',
      own: 'attachment',
      params: (id, rest) => ({ thread_id: rest.thread, input: say('Hello', [id]) }),
    },
  },
  'threads.add_client_tool_output': { thread_id: thread(() => ({ result: 1 })) },
  'threads.add_structured_input': {
    thread_id: thread((rest) => ({ item_id: rest.form, input: {} })),
    item_id: item('form', (id) => ({ item_id: id, input: {} })),
  },
  'threads.retry_after_item': {
    thread_id: thread((rest) => ({ item_id: rest.item })),
    item_id: item('item', (id) => ({ item_id: id })),
  },
  'threads.custom_action': {
    thread_id: thread((rest) => ({ item_id: rest.widget, action })),
    item_id: item('widget', (id) => ({ item_id: id, action })),
  },
  'threads.sync_custom_action': {
    thread_id: thread((rest) => ({ item_id: rest.widget, action })),
    item_id: item('widget', (id) => ({ item_id: id, action })),
  },
  'threads.stop': {
    thread_id: thread(undefined, 'busyThread'),
    idempotency_key: {
      answer: 'not stopped',
      kinds: ['key'],
      own: 'key',
      params: (id) => ({ idempotency_key: id }),
    },
  },
  'threads.resume': {
    thread_id: thread((rest) => ({ after: rest.cursor })),
    after: {
      answer: 'thread_not_found',
      unknown: 'run_gone',
      kinds: ['cursor'],
      own: 'cursor',
      params: (id, rest) => ({ thread_id: rest.thread, after: id }),
    },
  },
  'threads.get_by_id': { thread_id: thread() },
  'threads.list': { after: { answer: 'an empty page', own: 'busyThread', params: (id) => ({ after: id }) } },
  'threads.update': { thread_id: thread(() => ({ title: 'Mine now' })) },
  'threads.delete': { thread_id: thread() },
  'items.list': {
    thread_id: thread(),
    after: {
      answer: 'an empty page',
      own: 'item',
      params: (id, rest) => ({ thread_id: rest.thread, order: 'asc', after: id }),
    },
  },
  'items.feedback': {
    thread_id: thread((rest) => ({ item_ids: [rest.item], kind: 'positive' })),
    item_ids: item('item', (id) => ({ item_ids: [id], kind: 'positive' })),
  },
  'attachments.create': {},
  'attachments.delete': {
    attachment_id: {
      answer: 'attachment_not_found',
      own: 'attachment',
      params: (id) => ({ attachment_id: id }),
    },
  },
  'input.transcribe': {},
}
const operations = Object.entries(slots) as [RequestType, Record<string, Slot>][]
const everySlot = operations.flatMap(([type, of]) =>
  Object.entries(of).map(([name, slot]) => ({ type, name, slot })),
)

const ada: Person = { userId: 'ada', tenant: 'north' }
const others: Record<string, Person> = {
  'another owner': { userId: 'grace', tenant: 'north' },
  'the same name in another tenant': { userId: 'ada', tenant: 'south' },
}

const bytes: AttachmentStore<Person> = {
  create: async (id, { name, mime_type }) => ({ id, name, mime_type, type: 'file' }),
  read: () => Promise.reject(new Error('nothing is read here')),
  sign: async (attachment) => attachment,
  delete: async () => {},
}

/** A server over a store of which every byte can be seen: whatever it keeps is in maps that it makes at first. */
class House {
  readonly #maps: Map<unknown, unknown>[] = []
  readonly #server: HookedServer
  readonly #fetch: (request: Request) => Promise<Response>

  constructor() {
    const maps = this.#maps
    const { Map: OriginalMap } = globalThis
    globalThis.Map = class<K, V> extends OriginalMap<K, V> {
      constructor(entries?: Iterable<readonly [K, V]> | null) {
        super(entries)
        maps.push(this)
      }
    }
    const store = new MemoryStore<Person>()
    globalThis.Map = OriginalMap
    let minute = 0
    // Every thread has a time of its own, so that lists have one order.
    const clock = (): Date => new Date(Date.UTC(2026, 0, 1, 0, minute++))
    this.#server = new HookedServer({ respond }, { store, attachmentStore: bytes, clock })
    this.#fetch = createChatKitHandler(this.#server, {
      authenticate: (request) => JSON.parse(request.headers.get('authorization') ?? '') as Person,
    }).fetch
  }

  dump(): string {
    return JSON.stringify(this.#maps, (_key, value: unknown) => {
      if (value instanceof Map) return { map: [...value] }
      return value instanceof Set ? { set: [...value] } : value
    })
  }

  post(who: Person, type: string, params: object, headers: Record<string, string> = {}): Promise<Response> {
    const request = new Request('http://localhost/chatkit', {
      method: 'POST',
      headers: {
        authorization: JSON.stringify(who),
        'content-type': 'application/json',
        'x-chatkit-client': 'stop',
        ...headers,
      },
      body: JSON.stringify({ type, params }),
    })
    return this.#fetch(request)
  }

  async settle(who: Person): Promise<World> {
    const json = async (response: Promise<Response>): Promise<{ id: string }> =>
      (await (await response).json()) as { id: string }
    const attach = async (): Promise<string> =>
      (await json(this.post(who, 'attachments.create', { name: 'a', size: 1, mime_type: 'text/plain' }))).id
    const filled = await this.post(who, 'threads.create', { input: say('fill', [await attach()]) })
    const events = eventsIn(await filled.text())
    const [runId = ''] = (filled.headers.get('x-chatkit-run') ?? '').split(':')
    const itemOf = (type: ThreadItem['type']): string =>
      events.flatMap((event) =>
        event.type === 'thread.item.done' && event.item.type === type ? [event.item.id] : [],
      )[0] ?? ''
    const key = `key_${who.userId}_${who.tenant}`
    const busy = await this.post(who, 'threads.create', { input: say('hang') }, { 'idempotency-key': key })
    const [first] = eventsIn(await firstChunk(busy))
    return {
      thread: threadIn(events[0]),
      item: itemOf('user_message'),
      form: itemOf('structured_input'),
      widget: itemOf('widget'),
      attachment: await attach(),
      run: runId,
      cursor: `${runId}:2`,
      key,
      busyThread: threadIn(first),
    }
  }

  close(): Promise<void> {
    return this.#server.close({ graceMs: 0 })
  }
}

async function* respond({
  userMessage,
  thread: { id: thread_id },
  generateId,
  now,
  signal,
}: Parameters<HookedServer['respond']>[0]): AsyncGenerator<ThreadStreamEvent> {
  const text = userMessage?.content[0]?.text
  if (text === 'hang') return aborted(signal)
  const fields = (): { id: string; thread_id: string; created_at: string } => ({
    id: generateId('msg'),
    thread_id,
    created_at: now().toISOString(),
  })
  const made: ThreadItem[] =
    text === 'fill'
      ? [
          { ...fields(), type: 'widget', widget: { type: 'Card', children: [] } },
          { ...fields(), type: 'structured_input', status: 'pending', inputs: [] },
          {
            ...fields(),
            type: 'client_tool_call',
            status: 'pending',
            call_id: 'c',
            name: 'f',
            arguments: {},
          },
        ]
      : [{ ...fields(), type: 'assistant_message', content: [] }]
  for (const one of made) yield { type: 'thread.item.done', item: one }
}

const eventsIn = (sse: string): ThreadStreamEvent[] =>
  [...sse.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as ThreadStreamEvent)

function threadIn(event: ThreadStreamEvent | undefined): string {
  if (event?.type !== 'thread.created') throw new Error('the stream does not begin with its thread')
  return event.thread.id
}

async function firstChunk(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  await reader?.cancel()
  return new TextDecoder().decode(value)
}

/** Everything that a client sees of a response, with the ids in question and the request's own taken out. */
async function seen(response: Response, ids: string[]): Promise<string> {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`)
  const all = [response.status, ...headers, await response.text()].join('\n')
  return [response.headers.get('x-request-id') ?? '', ...ids].reduce(
    (text, id) => text.replaceAll(id, '<id>'),
    all,
  )
}

/** An id of the same shape that nobody has. */
const unknownLike = (id: string): string => id.replace(/(?<=^[a-z]+_)\w+/, (part) => '0'.repeat(part.length))

const kinds: Kind[] = ['thread', 'item', 'form', 'widget', 'attachment', 'run', 'cursor', 'key']
const STATUS: Record<Answer, number> = {
  thread_not_found: 404,
  item_not_found: 404,
  attachment_not_found: 404,
  'an empty page': 200,
  'not stopped': 200,
}
const BODY: Record<Answer, string> = {
  thread_not_found: '"code":"thread_not_found"',
  item_not_found: '"code":"item_not_found"',
  attachment_not_found: '"code":"attachment_not_found"',
  'an empty page': '{"data":[],"has_more":false}',
  'not stopped': '{"stopped":false}',
}

let cells = 0
afterAll(() => console.log(`foreign ids: ${cells} cells`))

describe('ids of somebody else', () => {
  it('have an entry for every place of every request in which an id can stand', () => {
    const isId = /(^|_)(ids?|key)$|^after$|^attachments$/
    for (const [type, of] of operations) {
      const schema = z.toJSONSchema(requestSchemas[type], { io: 'input', unrepresentable: 'any' })
      const params = (schema.properties?.params ?? {}) as {
        properties?: Record<string, { properties?: object }>
      }
      const fields = Object.entries(params.properties ?? {})
      const names = fields.flatMap(([name, field]) => [name].concat(Object.keys(field.properties ?? {})))
      expect([type, names.filter((name) => isId.test(name)).toSorted()]).toEqual([
        type,
        Object.keys(of).toSorted(),
      ])
    }
  })

  for (const [who, intruder] of Object.entries(others)) {
    it(`are answered to ${who} exactly as ids that nobody has, and change nothing`, async () => {
      const house = new House()
      const [foreign, own] = [await house.settle(ada), await house.settle(intruder)]
      const nobody = Object.fromEntries(
        Object.entries(foreign).map(([kind, id]) => [kind, unknownLike(id)]),
      ) as World
      const before = house.dump()
      for (const { type, name, slot } of everySlot) {
        // What else is named in the request may be the intruder's, or fit to the foreign id.
        for (const rest of name === 'thread_id' ? ['own', 'fitting'] : ['own']) {
          for (const kind of slot.kinds ?? kinds) {
            const cell = `${type} ${name} = ${kind}, the rest ${rest}: `
            const ask = async (world: World): Promise<string> => {
              const params = slot.params(world[kind], rest === 'own' ? own : world)
              return cell + (await seen(await house.post(intruder, type, params), Object.values(world)))
            }
            const [answer, unknown] = [await ask(foreign), await ask(nobody)]
            cells += 1
            const like = slot.unknown === undefined ? unknown : answer
            expect(answer).toBe(like)
            expect(unknown).toContain(slot.unknown === undefined ? cell : `"code":"${slot.unknown}"`)
            expect(answer).toContain(`${cell}${STATUS[slot.answer]}`)
            expect(answer).toContain(rest === 'own' ? BODY[slot.answer] : cell)
          }
        }
      }
      expect(house.dump()).toBe(before)
      await house.close()
    })

    it(`resume nothing for ${who} by their last-event-id, and start nothing`, async () => {
      const house = new House()
      const [foreign, own] = [await house.settle(ada), await house.settle(intruder)]
      const before = house.dump()
      for (const { type, slot } of everySlot) {
        if (!opensTurn.has(type)) continue
        const params = slot.params(own[slot.own], own)
        const ask = async (id: string): Promise<string> =>
          seen(await house.post(intruder, type, params, { 'last-event-id': id }), [id])
        cells += 1
        expect(`${type}: ${await ask(foreign.cursor)}`).toContain(`${type}: 404`)
        expect(`${type}: ${await ask(unknownLike(foreign.cursor))}`).toContain(`${type}: 409`)
      }
      expect(house.dump()).toBe(before)
      await house.close()
    })

    it(`leave an idempotency key free for ${who}`, async () => {
      const house = new House()
      const [foreign, own] = [await house.settle(ada), await house.settle(intruder)]
      const params = { input: say('hang') }
      const answer = await house.post(intruder, 'threads.create', params, { 'idempotency-key': foreign.key })
      expect(answer.status).toBe(200)
      const [first] = eventsIn(await firstChunk(answer))
      expect([foreign.busyThread, own.busyThread]).not.toContain(threadIn(first))
      await house.close()
    })
  }

  it.each(everySlot.map(({ type, name, slot }) => [type, name, slot] as const))(
    'are the owner’s own to use: %s %s',
    async (type, _name, slot) => {
      const house = new House()
      const own = await house.settle(ada)
      const response = await house.post(ada, type, slot.params(own[slot.own], own))
      const text = await response.text()
      expect([response.status, text]).toEqual([
        200,
        expect.not.stringMatching(/^\{"data":\[\]|"stopped":false|"error"/),
      ])
      await house.close()
    },
  )
})
