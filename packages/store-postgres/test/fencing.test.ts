import { RunEndedError, type ThreadItem } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, createThread, entry, message, newThread, scopeOf, turn } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

let database: FreshDatabase
let store: PostgresStore
let other: Client
beforeAll(async () => {
  database = await freshDatabase()
  store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
  other = new Client(database.url)
  await other.connect()
})
afterAll(async () => {
  await other.end()
  await store.close()
  await database.drop()
})

const ALL = { limit: 10, order: 'asc', include: 'all' } as const
const waiters = `select count(*)::int as n from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`
async function untilWaiting(n: number): Promise<void> {
  await expect.poll(() => query(database.url, waiters)).toEqual([{ n }])
}

describe('what is written while an end of its run is under way', () => {
  it.each([
    ['waits for it, and is refused', 'commit', false],
    ['waits for it, and is stored where it comes to nothing', 'rollback', true],
  ] as const)('%s', async (_, outcome, accepted) => {
    const scope = scopeOf()
    const [delta, event, tool] = [
      await begin(store, scope, { newThread: newThread() }),
      await begin(store, scope, { newThread: newThread() }),
      await begin(store, scope, { newThread: newThread() }),
    ]
    const ids = [delta, event, tool].map(({ id }) => `'${id}'`).join(', ')
    await other.query('begin')
    await other.query(`update chatkit.runs set status = 'interrupted', ended_at = now() where id in (${ids})`)
    const answer = message(event.threadId, 'answer')
    const note = message(tool.threadId, 'note')
    const writing = [
      store.appendDeltas(delta, [entry(1)]).then((appended) => appended.accepted),
      store.appendItemEvent(event, [entry(1)], { save: answer }).then((appended) => appended.accepted),
      store.saveItem(tool.threadId, note, { ...scope, run: tool }).then(
        () => true,
        (error: unknown) => (RunEndedError.isInstance(error) ? false : error),
      ),
    ]
    await untilWaiting(3)
    await other.query(outcome)
    expect(await Promise.all(writing)).toEqual([accepted, accepted, accepted])
    const stored = accepted ? 1 : 0
    expect((await store.readEvents(delta.id, 0, scope))?.entries).toHaveLength(stored)
    expect((await store.readEvents(event.id, 0, scope))?.entries).toHaveLength(stored)
    expect((await store.listItems(event.threadId, ALL, scope)).data).toHaveLength(stored)
    expect((await store.listItems(tool.threadId, ALL, scope)).data).toHaveLength(stored)
  })
})

describe('a thread that is deleted while an event of it is being stored', () => {
  it('waits for the event, and leaves none behind', async () => {
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    await store.appendDeltas(run, [entry(1)])
    await other.query('begin')
    await other.query('select 1 from chatkit.runs where id = $1 for share', [run.id])
    await other.query(
      `insert into chatkit.run_events (thread_id, run_id, last_seq, first_seq, data) values ($1, $2, 2, 2, '{}')`,
      [run.threadId, run.id],
    )
    const deleted = store.deleteThread(run.threadId, scope)
    await untilWaiting(1)
    await other.query('commit')
    await deleted
    const left = `select last_seq from chatkit.run_events where run_id = '${run.id}'`
    expect(await query(database.url, left)).toEqual([])
  })
})

describe('who follows a run', () => {
  it('is woken when there is something to read, and not while it is being written', async () => {
    const scope = scopeOf()
    const run = await begin(store, scope, { newThread: newThread() })
    const reading: Promise<number | undefined>[] = []
    const read = async (): Promise<number | undefined> =>
      (await store.readEvents(run.id, 0, scope))?.entries.length
    const stop = store.watchRuns([run.id], () => reading.push(read()))
    await other.query('begin')
    await other.query('select 1 from chatkit.runs where id = $1 for update', [run.id])
    const appended = store.appendDeltas(run, [entry(1)])
    await untilWaiting(1)
    await Promise.all(reading)
    await other.query('commit')
    await appended
    stop()
    expect((await Promise.all(reading)).at(-1)).toBe(1)
  })
})

describe('a turn that is opened while the last run is being ended', () => {
  it('waits for the end, and sees what that has stored', async () => {
    const scope = scopeOf()
    const thread = newThread()
    const run = await begin(store, scope, { newThread: thread })
    const call: ThreadItem = {
      id: 'tc_1',
      thread_id: thread.id,
      created_at: thread.created_at,
      type: 'client_tool_call',
      status: 'pending',
      call_id: 'call_1',
      name: 'open_page',
      arguments: {},
    }
    await other.query('begin')
    await other.query(`update chatkit.threads set last_item_seq = last_item_seq + 1 where id = $1`, [
      thread.id,
    ])
    await other.query(
      `insert into chatkit.items (thread_id, id, seq, type, data, visible, created_at)
      values ($1, $2, 1, $3, $4, true, now())`,
      [thread.id, call.id, call.type, JSON.stringify(call)],
    )
    await other.query(`update chatkit.runs set status = 'completed', ended_at = now() where id = $1`, [
      run.id,
    ])
    const next = message(thread.id, 'next')
    const opening = store.openTurn(turn({ thread: thread.id, items: [next] }), scope)
    await untilWaiting(1)
    await other.query('commit')
    expect(await opening).toMatchObject({ outcome: 'opened' })
    expect((await store.listItems(thread.id, ALL, scope)).data).toEqual([
      { ...call, status: 'completed' },
      next,
    ])
  })

  it('is refused, and leaves nothing, when the run goes on after all', async () => {
    const scope = scopeOf()
    const thread = newThread()
    await createThread(store, thread, [], scope)
    const run = await begin(store, scope, { thread: thread.id })
    await other.query('begin')
    await other.query('select id from chatkit.threads where id = $1 for update', [thread.id])
    const opening = store.openTurn(turn({ thread: thread.id, items: [message(thread.id, 'next')] }), scope)
    await untilWaiting(1)
    await other.query('rollback')
    expect(await opening).toEqual({ outcome: 'refused', code: 'run_active', runId: run.id })
    expect((await store.listItems(thread.id, ALL, scope)).data).toEqual([])
  })
})

describe('a thread that is deleted while its run is writing', () => {
  it('leaves no event behind', async () => {
    const scope = scopeOf()
    for (let round = 0; round < 5; round++) {
      const run = await begin(store, scope, { newThread: newThread() })
      const writing = (async () => {
        for (let seq = 1; seq <= 40; seq++) {
          if (!(await store.appendDeltas(run, [entry(seq)])).accepted) return
        }
      })()
      await store.appendItemEvent(run, [entry(1_000)], { save: message(run.threadId, 'x') })
      await store.deleteThread(run.threadId, scope)
      await writing
      const left = `select 1 from chatkit.run_events where run_id = '${run.id}'`
      expect(await query(database.url, left)).toEqual([])
    }
  })
})
