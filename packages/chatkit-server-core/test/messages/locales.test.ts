import { describe, expect, it } from 'vitest'
import {
  ChatKitError,
  createChatKitHandler,
  MemoryStore,
  MESSAGES,
  textStream,
  type MessageCatalogues,
  type SyncActionInput,
} from '../../src/index.ts'
import { aborted, HookedServer, type Hooks, type Person } from '../hooked-server.ts'
import { ada, beginning, create, stop, storedIn } from '../run-kit.ts'

const messages: MessageCatalogues = {
  de: {
    thread_not_found: 'Den Faden „{id}“ gibt es nicht.',
    unauthenticated: 'Bitte melde dich zuerst an.',
    stop_note: 'Die Antwort wurde angehalten.',
  },
  'de-CH': { unauthenticated: 'Grüezi, bitte melde dich zuerst an.' },
  en: { unauthenticated: 'Please sign in.' },
}

const serverOf = (hooks: Hooks, options: { messages?: MessageCatalogues } = { messages }): HookedServer =>
  new HookedServer(hooks, { ...options, store: new MemoryStore<Person>() })

/** The answer of an endpoint to a body that was sent in a language. */
async function post(
  server: HookedServer,
  body: object,
  language: string | undefined,
  person: Person | undefined = ada,
): Promise<Response> {
  const { fetch } = createChatKitHandler(server, { authenticate: () => (person === nobody ? null : person) })
  const headers = { 'content-type': 'application/json', ...(language ? { 'accept-language': language } : {}) }
  return fetch(new Request('http://x/', { method: 'POST', headers, body: JSON.stringify(body) }))
}
const nobody: Person = { userId: '' }
const lost = { type: 'threads.get_by_id', params: { thread_id: '{id} $& x' } }

async function said(language: string | undefined, body = lost, person = ada): Promise<string> {
  const answer = await post(serverOf({}), body, language, person)
  const { error, message } = (await answer.json()) as { error: { message: string }; message: string }
  expect(error.message).toBe(message)
  return message
}

describe('the words of a refusal', () => {
  const german = 'Den Faden „{id} $& x“ gibt es nicht.'
  const english = 'There is no thread "{id} $& x".'

  it.each([
    ['de', german],
    ['de-AT,de;q=0.9', german],
    ['DE-ch', german],
    ['fr, de;q=0.5, en;q=0.2', german],
    ['fr;q=0.1, de;q=0.2', german],
    ['en-GB, de;q=0.9', english],
    ['de;q=0, en', english],
    ['fr', english],
    ['*', english],
    [undefined, english],
    ['de_DE; no language at all,,;;q=x', english],
    [`${'x-'.repeat(300)},de`, english],
    ['__proto__, constructor', english],
  ])('for a client that wants %j', async (language, words) => {
    expect(await said(language)).toBe(words)
  })

  it('are those of the narrower language first, and can be replaced in English, too', async () => {
    expect(await said('de-CH', lost, nobody)).toBe('Grüezi, bitte melde dich zuerst an.')
    expect(await said('de-AT', lost, nobody)).toBe('Bitte melde dich zuerst an.')
    expect(await said('en-US', lost, nobody)).toBe('Please sign in.')
    expect(await said(undefined, lost, nobody)).toBe('Please sign in.')
  })

  it('change nothing else: status, code and issues are the same in every language', async () => {
    const everything = Object.fromEntries(Object.keys(MESSAGES).map((key) => [key, `« ${key} »`]))
    const bodies = [
      lost,
      {},
      { type: 'threads.create', params: 1 },
      { type: 'threads.custom_action', params: {} },
    ]
    for (const body of bodies) {
      const server = serverOf({}, { messages: { fr: everything } })
      const [plain, french] = await Promise.all([post(server, body, 'en'), post(server, body, 'fr')])
      const ofBody = async (answer: Response): Promise<object> => {
        const { error } = (await answer.json()) as { error: Record<string, unknown> }
        return { ...error, request_id: '', message: '' }
      }
      expect(french.status).toBe(plain.status)
      expect(await ofBody(french)).toEqual(await ofBody(plain))
    }
  })

  it('that the application wrote itself stay as they are', async () => {
    const own = new ChatKitError('forbidden', 'Only for teachers.')
    expect(serverOf({}).wordsOf(own, ['de'])).toBe('Only for teachers.')
  })

  it('that an unexpected error gets say nothing of it in any language', async () => {
    const server = serverOf(
      {
        syncAction: () => {
          throw new Error('secret')
        },
      },
      { messages: { de: { internal: 'Da ging etwas schief.' } } },
    )
    const { threadId } = await (await server.follow(create('Hello'), ada)).toEnd()
    const params = { thread_id: threadId, action: { type: 'go' } }
    const answer = await post(server, { type: 'threads.sync_custom_action', params }, 'de')
    expect(answer.status).toBe(500)
    expect(await answer.text()).toContain('Da ging etwas schief.')
  })
})

describe('the language of a turn', () => {
  it('is told to respond(), action() and syncAction(), and to transformOutput', async () => {
    const seen: (string | undefined)[] = []
    const server = new HookedServer(
      {
        respond: (turn) => {
          seen.push(turn.locale)
          return textStream(turn, ['Hi'])
        },
        action: (turn) => {
          seen.push(turn.locale)
          return []
        },
        syncAction: (input: SyncActionInput<Person>) => void seen.push(input.locale),
      },
      {
        store: new MemoryStore<Person>(),
        transformOutput: (event, { locale }) => {
          if (event.type === 'thread.item.done') seen.push(`${locale}`)
          return event
        },
      },
    )
    const created = await post(server, create('Hello'), 'pt-br;q=0.5, gsw-CH')
    const threadId = /"id":"(thr_\w+)"/.exec(await created.text())?.[1] ?? ''
    const params = { thread_id: threadId, action: { type: 'go' } }
    await (await post(server, { type: 'threads.custom_action', params }, 'pt-br')).text()
    await (await post(server, { type: 'threads.sync_custom_action', params }, undefined)).text()
    expect(seen).toEqual(['gsw-CH', 'gsw-CH', 'pt-BR', undefined])
  })

  it('is that of the note that a stopped answer leaves for the model', async () => {
    const server = serverOf({
      respond: async function* (turn) {
        yield* beginning(turn, 'Half')
        await aborted(turn.signal)
      },
    })
    const following = await server.follow(create('Hello'), ada, { locales: ['de-DE'] })
    await following.until('thread.item.updated')
    await server.ask(stop(following.threadId), ada)
    await following.toEnd()
    const items = await storedIn(server, following.threadId)
    expect(items.at(-1)).toMatchObject({ content: 'Die Antwort wurde angehalten.' })
  })
})
