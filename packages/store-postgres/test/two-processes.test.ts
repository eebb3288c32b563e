import type { RunRef, Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, entry, message, newThread, scopeOf, turn } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

const ALL = { limit: 100, order: 'asc', include: 'all' } as const
const LEASE_MS = 600

let database: FreshDatabase
const opened: PostgresStore[] = []
/** A store as another process would have it. */
const process = (leaseMs = 15_000): PostgresStore => {
  const store = new PostgresStore({ connectionString: database.url, leaseMs })
  opened.push(store)
  return store
}
beforeAll(async () => {
  database = await freshDatabase()
  await process().migrate()
})
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()))
  await database.drop()
})

const item = (json: object): { seq: number; json: string } => ({ seq: 0, json: JSON.stringify(json) })

/** The events of an answer that is not finished, behind number `after`. */
function halfAnAnswer(threadId: string): { seq: number; json: string }[] {
  const id = 'msg_half'
  const part = { type: 'output_text', text: '', annotations: [] }
  return [
    item({
      type: 'thread.item.added',
      item: { ...message(threadId, ''), id, content: [] },
    }),
    item({
      type: 'thread.item.updated',
      item_id: id,
      update: { type: 'assistant_message.content_part.added', content_index: 0, content: part },
    }),
    ...['Servos ', 'turn'].map((delta) =>
      item({
        type: 'thread.item.updated',
        item_id: id,
        update: { type: 'assistant_message.content_part.text_delta', content_index: 0, delta },
      }),
    ),
  ].map(({ json }, index) => ({ seq: index + 1, json }))
}

const typesOf = async (store: PostgresStore, run: RunRef, scope: Scope): Promise<unknown[]> => {
  const events = await store.readEvents(run.id, 0, scope)
  return (events?.entries ?? []).map(({ json }) => (JSON.parse(json) as { type: string }).type)
}

/** Resolves when the run, watched on this store, has the status. */
async function until(store: PostgresStore, run: RunRef, scope: Scope, status: string): Promise<void> {
  let wake = Promise.withResolvers<void>()
  const stop = store.watchRuns([run.id], () => wake.resolve())
  try {
    while ((await store.readEvents(run.id, 0, scope))?.status !== status) {
      await wake.promise
      wake = Promise.withResolvers()
    }
  } finally {
    stop()
  }
}

describe('two processes on one database', () => {
  it('read each other’s runs while these are written, and are told of what is new', async () => {
    const [one, two] = [process(), process()]
    const scope = scopeOf()
    const run = await begin(one, scope, { newThread: newThread() })
    let wake = Promise.withResolvers<void>()
    const stop = two.watchRuns([run.id], () => wake.resolve())
    for (let seq = 1; seq <= 5; seq++) {
      await one.appendDeltas(run, [entry(seq)])
      while ((await two.readEvents(run.id, 0, scope))?.entries.length !== seq) {
        await wake.promise
        wake = Promise.withResolvers()
      }
    }
    stop()
    await one.closeRun(run, { status: 'completed', items: [], entries: [entry(6)] })
    await until(two, run, scope, 'completed')
    expect((await two.readEvents(run.id, 4, scope))?.entries).toEqual([entry(5), entry(6)])
  })

  it('stop each other’s runs: the one that writes is told', async () => {
    const [one, two] = [process(), process()]
    const scope = scopeOf()
    const run = await begin(one, scope, { newThread: newThread() })
    expect(await two.requestStop({ threadId: run.threadId }, scope)).toEqual(run)
    expect(await one.appendDeltas(run, [])).toEqual({ accepted: true, stopRequested: true })
    expect(await one.appendDeltas(run, [entry(1)])).toEqual({ accepted: true, stopRequested: true })
  })

  it('let exactly one of them claim a thread, and one open the turn of a key', async () => {
    const stores = [process(), process()]
    const scope = scopeOf()
    const key = { key: 'the same', bodyHash: 'hash' }
    const openings = stores.map(() => turn({ newThread: newThread(), key }))
    const results = await Promise.all(
      stores.map((store, n) => store.openTurn(openings[n] ?? turn({}), scope)),
    )
    expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['opened', 'repeated'])
    const [thread] = (await stores[0]?.listThreads({ limit: 5, order: 'asc' }, scope))?.data ?? []
    const again = await Promise.all(
      stores.map((store) => store.openTurn(turn({ thread: thread?.id ?? '' }), scope)),
    )
    expect(again.map(({ outcome }) => outcome)).toEqual(['refused', 'refused'])
  })

  it('close a run whose process has no lease any more, with what it has said', async () => {
    const gone = process(LEASE_MS)
    const scope = scopeOf()
    const run = await begin(gone, scope, { newThread: newThread() })
    const said = halfAnAnswer(run.threadId)
    await gone.appendDeltas(run, said)
    const other = process(LEASE_MS)
    await other.migrate()
    // As if the process had been killed: it renews nothing.
    await gone.close()
    await until(other, run, scope, 'interrupted')
    expect(await typesOf(other, run, scope)).toEqual([
      'thread.item.added',
      ...Array.from({ length: said.length - 1 }, () => 'thread.item.updated'),
      'thread.item.done',
      'error',
    ])
    const items = (await other.listItems(run.threadId, ALL, scope)).data
    expect(items).toMatchObject([{ id: 'msg_half', content: [{ text: 'Servos turn' }] }])
    expect(await other.activeRun(run.threadId, scope)).toBeUndefined()
    await begin(other, scope, { thread: run.threadId })
  })

  it('leave the runs of a process alone that renews its lease', async () => {
    const [one, other] = [process(LEASE_MS), process(LEASE_MS)]
    const scope = scopeOf()
    const run = await begin(one, scope, { newThread: newThread() })
    await other.migrate()
    const abandoned = await begin(process(LEASE_MS), scope, { newThread: newThread() })
    await opened.pop()?.close()
    await until(other, abandoned, scope, 'interrupted')
    expect(await one.appendDeltas(run, [entry(1)])).toEqual({ accepted: true, stopRequested: false })
  })

  it('end a run of the other one only when that has lost its lease, and keep what it has said', async () => {
    const [one, two] = [process(), process()]
    const scope = scopeOf()
    const run = await begin(one, scope, { newThread: newThread() })
    await one.appendDeltas(run, halfAnAnswer(run.threadId))
    expect(await two.endAbandoned(run)).toBe(false)
    expect(await one.appendDeltas(run, [])).toMatchObject({ accepted: true })
    await query(database.url, `delete from chatkit.processes`)
    expect(await two.endAbandoned(run)).toBe(true)
    expect(await two.endAbandoned(run)).toBe(false)
    expect((await two.listItems(run.threadId, ALL, scope)).data).toMatchObject([
      { content: [{ text: 'Servos turn' }] },
    ])
    expect((await one.appendDeltas(run, [entry(5)])).accepted).toBe(false)
    expect(one.counters().activeRuns).toBe(0)
  })

  it('find each other without listening, where only a Kysely instance is given', async () => {
    const pool = new Pool({ connectionString: database.url })
    const listening = process()
    const polling = new PostgresStore({ db: new Kysely({ dialect: new PostgresDialect({ pool }) }) })
    const scope = scopeOf()
    const run = await begin(listening, scope, { newThread: newThread() })
    const ended = until(polling, run, scope, 'completed')
    await listening.closeRun(run, { status: 'completed', items: [], entries: [] })
    await ended
    await polling.close()
    await pool.end()
  })
})

describe('a connection that hears nothing', () => {
  it('is told of, and readers find what is new all the same', async () => {
    const elsewhere = await freshDatabase()
    const deaf = Promise.withResolvers<string>()
    const two = new PostgresStore({
      connectionString: database.url,
      listenConnectionString: elsewhere.url,
      onNotice: deaf.resolve,
    })
    const one = process()
    const scope = scopeOf()
    const run = await begin(one, scope, { newThread: newThread() })
    const ended = until(two, run, scope, 'completed')
    expect(await deaf.promise).toContain('twice a second')
    await one.closeRun(run, { status: 'completed', items: [], entries: [] })
    await ended
    await two.close()
    await elsewhere.drop()
  })

  it('is made again when it is lost', async () => {
    const [one, two] = [process(), process()]
    const scope = scopeOf()
    const run = await begin(one, scope, { newThread: newThread() })
    const stop = two.watchRuns([run.id], () => {})
    const listening = `from pg_stat_activity where query like 'listen %' and datname = current_database()
      and pid <> all ($1)`
    const client = new Client(database.url)
    await client.connect()
    const pids = async (others: number[] = []): Promise<number[]> =>
      (await client.query<{ pid: number }>(`select pid ${listening}`, [others])).rows.map(({ pid }) => pid)
    await expect.poll(() => pids()).not.toEqual([])
    const before = await pids()
    await client.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [before])
    await expect.poll(() => pids(before), { timeout: 10_000 }).not.toEqual([])
    await client.end()
    stop()
    await two.close()
  })
})

describe('a database that may lose what it has confirmed', () => {
  it('is told of', async () => {
    const notices: string[] = []
    const store = new PostgresStore({
      connectionString: `${database.url}?options=-c%20synchronous_commit%3Doff`,
      onNotice: (line) => notices.push(line),
    })
    await store.migrate()
    await store.close()
    expect(notices).toEqual([expect.stringContaining('synchronous_commit off')])
  })
})

describe('what is over', () => {
  it('is told as items once the log is dropped, and is unknown after a day', async () => {
    const store = process()
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    const answer = message(run.threadId, 'answer')
    await store.appendItemEvent(run, [entry(1)], { save: answer })
    await store.closeRun(run, { status: 'completed', items: [], entries: [entry(2)] })
    const age = (by: string): Promise<unknown[]> =>
      query(
        database.url,
        `update chatkit.runs set ended_at = ended_at - interval '${by}' where id = '${run.id}'`,
      )
    await age('11 minutes')
    await store.prune()
    expect(await store.readEvents(run.id, 0, scope)).toEqual({
      run,
      status: 'completed',
      entries: [],
      items: [answer],
    })
    expect(await query(database.url, `select 1 from chatkit.run_events where run_id = '${run.id}'`)).toEqual(
      [],
    )
    await age('24 hours')
    await store.prune()
    expect(await store.readEvents(run.id, 0, scope)).toBeUndefined()
  })
})
