import { generateId, type Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { begin, createThread, entry, file, message, newThread, turn } from './conversation.ts'
import { freshDatabase, type FreshDatabase } from './fresh-database.ts'

/** Ids of things that one owner has, or nobody. */
interface Ids {
  threadId: string
  itemId: string
  attachmentId: string
  runId: string
  /** Of the request that opened the run, and of a state. */
  key: string
}

type Arguments = (ids: Ids, parameters: string[]) => unknown[]

const PAGE = { limit: 1_000, order: 'asc', include: 'all' } as const

/**
 * What a method is given for its parameters, by their names: ids, and what holds ids. Several values are several
 * calls. A new method is called by itself as long as its parameters are among these.
 */
const ARGUMENTS: Record<string, Arguments> = {
  threadId: ({ threadId }) => [threadId],
  itemId: ({ itemId }) => [itemId],
  attachmentId: ({ attachmentId }) => [attachmentId],
  runId: ({ runId }) => [runId],
  key: ({ key }) => [key],
  target: ({ runId, threadId, key }) => [{ runId }, { threadId }, { key }],
  opening: ({ threadId, attachmentId, key }) => [
    turn({ thread: threadId, items: [message(threadId, 'x')] }),
    turn({ newThread: newThread(), attachmentIds: [attachmentId] }),
    turn({ newThread: newThread(), key: { key, bodyHash: 'hash' } }),
  ],
  query: ({ threadId, itemId }, parameters) => [
    PAGE,
    { ...PAGE, after: parameters.includes('threadId') ? itemId : threadId },
  ],
  item: ({ threadId, itemId }) => [{ ...message(threadId, 'x'), id: itemId }],
  attachment: ({ attachmentId, threadId }) => [file({ id: attachmentId }), file({ thread_id: threadId })],
  feedback: ({ threadId, itemId }) => [{ threadId, itemIds: [itemId], kind: 'negative' }],
  changes: () => [{ title: 'x' }],
  after: () => [0],
  value: () => ['x'],
  ttlMs: () => [60_000],
}

/** Methods that nobody's request reaches with an id of its own: the server itself and operators call them. */
const WITHOUT_SCOPE = [
  'appendDeltas',
  'appendItemEvent',
  'close',
  'closeRun',
  'counters',
  'deleteOwner',
  'deleteThreadsBefore',
  'endAbandoned',
  'exportOwner',
  'heldUntilMs',
  'migrate',
  'prune',
  'watchRuns',
]

interface Call {
  title: string
  run: (ids: Ids, scope: Scope) => Promise<unknown>
}

let database: FreshDatabase
let store: PostgresStore
let client: Client
beforeAll(async () => {
  database = await freshDatabase()
  store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
  client = new Client(database.url)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await store.close()
  await database.drop()
})
/** To be looked at before there is a database: it connects to nothing. */
const anyStore = new PostgresStore({ connectionString: 'postgres://127.0.0.1:1/none' })

type Method = (...parameters: unknown[]) => unknown

const isMethod = (value: unknown): value is Method => typeof value === 'function'

/** Every method that a store has, with the names of its parameters. */
function methods(): { name: string; parameters: string[] }[] {
  const own = [...Object.keys(anyStore), ...Object.getOwnPropertyNames(PostgresStore.prototype)]
  return own.flatMap((name) => {
    const method: unknown = Reflect.get(anyStore, name)
    if (name === 'constructor' || !isMethod(method)) return []
    const [, list = ''] = /\(([^)]*)\)/.exec(method.toString()) ?? []
    const parameters = list.split(',').map((parameter) => parameter.split('=')[0]?.trim() ?? '')
    return [{ name, parameters: parameters.filter(Boolean) }]
  })
}

/** One call for each combination of what a method's parameters may be. */
function callsOf({ name, parameters }: { name: string; parameters: string[] }): Call[] {
  const given = parameters.slice(0, -1)
  const combinations = (ids: Ids): unknown[][] =>
    given.reduce<unknown[][]>(
      (soFar, parameter) => {
        const values = ARGUMENTS[parameter]
        if (!values) throw new Error(`Say what ${name}() is given for "${parameter}".`)
        return soFar.flatMap((before) => values(ids, given).map((value) => [...before, value]))
      },
      [[]],
    )
  return combinations(unknownIds()).map((_, index) => ({
    title: `${name}(${given.join(', ')}) ${index + 1}`,
    run: async (ids, scope) => {
      const method: unknown = Reflect.get(store, name)
      return isMethod(method) ? method(...(combinations(ids)[index] ?? []), scope) : undefined
    },
  }))
}

const unknownIds = (): Ids => ({
  threadId: generateId('thr'),
  itemId: generateId('msg'),
  attachmentId: generateId('atc'),
  runId: generateId('run'),
  key: generateId('run'),
})

const SCOPED = methods().filter(({ parameters }) => parameters.at(-1) === 'scope')

/** An answer, so that it can be compared with that to other ids: as text, without ids. */
const withoutIds = (text: string): string => text.replaceAll(/\b(thr|msg|atc|run)_\w+/g, '$1')
const answerOf = (call: Promise<unknown>): Promise<{ value: string } | { code: string }> =>
  call.then(
    (value) => ({ value: JSON.stringify(value) ?? 'undefined' }),
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error)) throw error
      return { code: String(error.code) }
    },
  )
const textOf = (answer: object): string => withoutIds(JSON.stringify(answer))

/** What may be said of somebody's things: not to be found; and that an id is taken, as it cannot be a second thing's. */
const SAYING_NOTHING = ['thread_not_found', 'unique_violation'].map((code) => textOf({ code }))

const TABLES = 'threads items attachments feedback runs run_events idempotency_keys states'.split(' ')

/** Every row, with the transaction that wrote it, so that one that is written again as it was is noticed. */
async function everything(): Promise<string[]> {
  const selects = TABLES.map(
    (table) => `select xmin::text || row_to_json(t)::text as row from chatkit.${table} as t`,
  )
  const { rows } = await client.query<{ row: string }>(selects.join(' union all '))
  return rows.map(({ row }) => row)
}
const missingIn = (after: string[], before: string[]): string[] => {
  const left = new Set(after)
  return before.filter((row) => !left.has(row))
}

/** Makes one of everything, and a later thread. */
async function open(scope: Scope): Promise<Ids> {
  const ids = unknownIds()
  const { threadId, itemId, attachmentId, runId, key } = ids
  const thread = newThread({ id: threadId })
  const items = [{ ...message(threadId, 'mine'), id: itemId }]
  const run = { id: runId, entries: [entry(1)] }
  await begin(store, scope, { newThread: thread, items, run, key: { key, bodyHash: 'hash' } })
  await createThread(store, newThread({ created_at: '2027-01-01T00:00:00.000Z' }), [], scope)
  await store.saveState(key, 'value', 600_000, scope)
  await store.saveAttachment(file({ id: attachmentId }), scope)
  await store.saveFeedback({ threadId, itemIds: [itemId], kind: 'positive' }, scope)
  return ids
}

it('has no method without a scope but those that are known', () => {
  const names = methods().map(({ name }) => name)
  const scoped = SCOPED.map(({ name }) => name)
  expect(scoped.length).toBeGreaterThan(15)
  expect(names.filter((name) => !scoped.includes(name)).toSorted()).toEqual(WITHOUT_SCOPE)
})

describe.each(SCOPED.flatMap(callsOf))('$title', ({ run }) => {
  const scopes: Scope[] = ['ada', 'grace'].flatMap((owner) => [
    { owner, context: {} },
    { owner, tenant: 'school-1', context: {} },
    { owner, tenant: 'school-2', context: {} },
  ])
  // Of one outside of every tenant, and of one in a tenant; the others are to these what these are to them.
  const mineOnes = scopes.slice(0, 2)
  beforeEach(() =>
    client.query('truncate chatkit.threads, chatkit.run_events, chatkit.attachments, chatkit.states cascade'),
  )

  it('answers another’s ids as if they were nobody’s, and leaves every row as it is', async () => {
    for (const mine of mineOnes) {
      const ids = await open(mine)
      const atFirst = await everything()
      const theirs = scopes.filter((scope) => scope !== mine)
      const expected = []
      for (const scope of theirs) expected.push(await answerOf(run(unknownIds(), scope)))
      const before = await everything()
      for (const [index, scope] of theirs.entries()) {
        const answer = await answerOf(run(ids, scope))
        expect([textOf(expected[index] ?? {}), ...SAYING_NOTHING]).toContain(textOf(answer))
        const told = 'value' in answer ? Object.values(ids).filter((id) => answer.value.includes(id)) : []
        expect(told).toEqual([])
      }
      const after = await everything()
      expect(missingIn(after, before)).toEqual([])
      // What is made for oneself under the same name is made under any.
      expect(after.length - before.length).toBeLessThanOrEqual(before.length - atFirst.length)
    }
  })

  it('does what it is for with one’s own', async () => {
    for (const mine of mineOnes) {
      const ids = await open(mine)
      const nobodys = textOf(await answerOf(run(unknownIds(), mine)))
      const before = await everything()
      const answer = await answerOf(run(ids, mine))
      const after = await everything()
      const isFound = 'value' in answer && Object.values(ids).some((id) => answer.value.includes(id))
      const differs = textOf(answer) !== nobodys
      expect(isFound || differs || missingIn(after, before).length > 0).toBe(true)
    }
  })
})
