import { ChatKitError, generateId, type Store, type ThreadItem } from '../../src/index.ts'
import { attachmentSchema } from '../../src/protocol/attachments.ts'
import { threadItemSchema } from '../../src/protocol/items.ts'
import { threadSchema } from '../../src/protocol/threads.ts'
import { withSignedUrls } from './attachments-double.ts'
import type { Answer, Door } from './doors.ts'
import { firstDifference } from './first-difference.ts'
import { Pacing } from './pacing.ts'
import type { Recording, RequestStep, Seed } from './recording.ts'
import { type Person, ScriptedServer } from './scripted-server.ts'
import { withoutNulls } from './without-nulls.ts'

/** A kind of store to replay on. `open` gives an empty one, which is closed after the replay. */
export interface StoreFactory {
  name: string
  open: () => Store<Person> | Promise<Store<Person>>
}

const person: Person = { userId: 'ada' }
const scope = { owner: person.userId, context: person }

/** Longer than a whole step ever takes: what has not come until then does not come. */
const STEP_MS = 20_000

/**
 * Does what a recording did, on an empty store, and gives the first difference between what was recorded and what
 * came out, as `path: expected …, got …`; undefined where there is none.
 */
export async function replay(
  recording: Recording,
  { store: factory, door }: { store: StoreFactory; door: Door },
): Promise<string | undefined> {
  const store = await factory.open()
  const clock = tickingClock()
  const server = new ScriptedServer(recording.script, store, clock)
  const session: Session = { store, server, clock, send: door.open(server, person), firstThread: undefined }
  try {
    for (const [index, step] of recording.steps.entries()) {
      const path = `steps[${index}]`
      const taken = 'seed' in step ? plant(step.seed, session) : takeStep(step, session, path)
      const difference = await within(STEP_MS, taken).catch(
        (error: unknown) => `${path}: ${error instanceof Error ? error.message : String(error)}`,
      )
      if (difference !== undefined) return difference
    }
    return undefined
  } finally {
    await server.close({ graceMs: 0 })
    await store.close()
  }
}

interface Session {
  readonly store: Store<Person>
  readonly server: ScriptedServer
  readonly clock: () => Date
  readonly send: (request: object) => Promise<Answer>
  /** The thread whose state is compared where a request names none and makes none. */
  firstThread: string | undefined
}

async function plant(seed: Seed, session: Session): Promise<undefined> {
  const { store, clock } = session
  const timed = (row: Record<string, unknown>): Record<string, unknown> =>
    row.created_at === ANY_TIME ? { ...row, created_at: clock().toISOString() } : row
  for (const row of seed.threads) {
    const newThread = threadSchema.parse(timed(row))
    session.firstThread ??= newThread.id
    const run = { id: generateId('run'), threadId: newThread.id }
    const opened = await store.openTurn(
      {
        newThread,
        step: { kind: 'message' },
        items: [],
        attachmentIds: [],
        run: { id: run.id, entries: [] },
        maxActiveRuns: 1,
      },
      scope,
    )
    if (opened.outcome !== 'opened') throw new Error(`The store did not take the seed: ${opened.outcome}`)
    await store.closeRun(run, { status: 'completed', items: [], entries: [] })
  }
  for (const row of seed.attachments) await store.saveAttachment(attachmentSchema.parse(timed(row)), scope)
  for (const row of seed.items) {
    const item = threadItemSchema.parse(timed(row))
    await store.saveItem(item.thread_id, item, scope)
  }
}

async function takeStep(step: RequestStep, session: Session, path: string): Promise<string | undefined> {
  const { server, store } = session
  const { request, cancel_after_events: stopAfter, calls, stored } = step
  server.calls = []
  server.pacing = stopAfter === undefined ? undefined : new Pacing(stopAfter)
  let threadId = (request.params as { thread_id?: string } | undefined)?.thread_id
  const answer = await session.send(request)
  const events: unknown[] = []
  for await (const event of answer.kind === 'stream' ? answer.events : []) {
    events.push(event)
    if (event.type === 'thread.created') threadId ??= (event.thread as { id: string }).id
    if (!server.pacing?.receive(event)) continue
    const stop = await session.send({ type: 'threads.stop', params: { thread_id: threadId } })
    const difference = firstDifference(STOPPED, stop, `${path}.stop`)
    if (difference !== undefined) return difference
  }
  session.firstThread ??= threadId
  const recorded = 'events' in step ? { events: step.events } : { json: step.json }
  const got = answer.kind === 'stream' ? { events } : { json: answer.value }
  const left = await load(store, threadId ?? session.firstThread)
  return (
    firstDifference(recorded, timeless(got), path) ??
    (stopAfter !== undefined && events.length < stopAfter
      ? `${path}: expected a stop after ${stopAfter} events, got an end after ${events.length}`
      : undefined) ??
    firstDifference(calls, timeless(server.calls), `${path}.calls`) ??
    firstDifference(stored ?? NOTHING, timeless(left), `${path}.stored`)
  )
}

const STOPPED: Answer = { kind: 'json', value: { stopped: true } }
const NOTHING = { thread: null, items: [] }

/** A thread and all its items, oldest first, as whoever loads them gets them. */
async function load(store: Store<Person>, threadId: string | undefined): Promise<unknown> {
  if (threadId === undefined) return NOTHING
  try {
    const thread = await store.loadThread(threadId, scope)
    const items: ThreadItem[] = []
    for (let after: string | undefined, more = true; more;) {
      const page = await store.listItems(threadId, { limit: 100, order: 'asc', include: 'all', after }, scope)
      items.push(...page.data)
      after = page.after
      more = page.has_more
    }
    return withoutNulls({ thread, items: items.map(withSignedUrls) })
  } catch (error) {
    if (ChatKitError.isInstance(error) && error.code === 'thread_not_found') return NOTHING
    throw error
  }
}

const ANY_TIME = '<time>'
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** The value with every time of creation written as in the recordings. What is no time in UTC stays as it is. */
function timeless(value: unknown): unknown {
  const text = JSON.stringify(value, (key, field: unknown) =>
    key === 'created_at' && typeof field === 'string' && UTC_TIME.test(field) ? ANY_TIME : field,
  )
  return text === undefined ? undefined : JSON.parse(text)
}

/** A clock that never shows the same time twice, so that the order of creation is the order of times. */
function tickingClock(): () => Date {
  let ms = Date.UTC(2026, 0, 1)
  return () => new Date(ms++)
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`expected an end, got none within ${timeoutMs} ms`)), timeoutMs)
  })
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
}
