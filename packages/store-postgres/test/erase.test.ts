import type { Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore, type ExportRecord } from '@robolearn/store-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, entry, file, message, newThread } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

const scopes: Scope[] = ['ada', 'grace'].flatMap((owner) => [
  { owner, context: {} },
  { owner, tenant: 'school-1', context: {} },
  { owner, tenant: 'school-2', context: {} },
])
const TABLES = [
  'threads',
  'items',
  'attachments',
  'feedback',
  'runs',
  'run_events',
  'idempotency_keys',
  'states',
]

let database: FreshDatabase
let store: PostgresStore
beforeAll(async () => {
  database = await freshDatabase()
  store = new PostgresStore({ connectionString: database.url })
  await store.migrate()
})
afterAll(() => store.close().then(database.drop))

const run = (...statements: string[]): Promise<unknown[]> => query(database.url, ...statements)

/** Every row of every table as text, with the transaction that wrote it. */
const everything = async (): Promise<string[]> => {
  const rows = await run(
    TABLES.map(
      (table) => `select '${table}' || xmin::text || row_to_json(t)::text as row from chatkit.${table} as t`,
    ).join(' union all '),
  )
  return rows.map((row) => (row as { row: string }).row).toSorted()
}

/** A marked row of this owner in every table: the mark is in each of them. */
async function keepSomething(scope: Scope, threads = 1): Promise<string> {
  const mark = `${scope.owner}-${scope.tenant ?? 'none'}`
  const sqlTenant = scope.tenant === undefined ? 'null' : `'${scope.tenant}'`
  for (let n = 0; n < threads; n++) {
    const thread = newThread({ title: mark })
    const items = [message(thread.id, `${mark} one`), message(thread.id, `${mark} two`)]
    await run(
      `insert into chatkit.threads (id, owner_id, tenant_id, title, status, metadata, created_at, last_item_seq)
        values ('${thread.id}', '${scope.owner}', ${sqlTenant}, '${mark}', '{"type": "active"}', '{}', now(), 0)`,
    )
    for (const item of items) await store.saveItem(thread.id, item, scope)
    await store.saveAttachment(file({ name: `${mark} bound`, thread_id: thread.id }), scope)
    await store.saveFeedback({ threadId: thread.id, itemIds: [items[0]?.id ?? ''], kind: 'positive' }, scope)
    const key = `${mark}-${thread.id}`
    await run(
      `insert into chatkit.runs (thread_id, id, owner_id, tenant_id, process_id, status, ended_at)
        values ('${thread.id}', 'run_${key}', '${scope.owner}', ${sqlTenant}, 'p', 'completed', now())`,
      `insert into chatkit.run_events (thread_id, run_id, last_seq, first_seq, data)
        values ('${thread.id}', 'run_${key}', 1, 1, '${mark}')`,
      `insert into chatkit.idempotency_keys (owner_id, tenant_id, key, body_hash, thread_id, run_id, expires_at)
        values ('${scope.owner}', ${sqlTenant}, '${key}', '', '${thread.id}', 'run_${key}', now() + interval '1 day')`,
      `insert into chatkit.states (owner_id, tenant_id, key, value, expires_at)
        values ('${scope.owner}', ${sqlTenant}, '${key}', '"${mark}"', now() + interval '1 day')`,
    )
  }
  await store.saveAttachment(file({ name: `${mark} loose` }), scope)
  return mark
}

const countOf = async (table: string): Promise<number> => {
  const [row] = await run(`select count(*)::int as count from chatkit.${table}`)
  return (row as { count: number }).count
}
const empty = (): Promise<unknown> =>
  run(`truncate chatkit.threads, chatkit.run_events, chatkit.attachments, chatkit.states cascade`)

async function all(records: AsyncIterable<ExportRecord>): Promise<ExportRecord[]> {
  const list: ExportRecord[] = []
  for await (const record of records) list.push(record)
  return list
}

describe('deleteOwner', () => {
  it('leaves nothing of the owner in this tenant, and every row of everybody else as it is', async () => {
    await empty()
    for (const scope of scopes) await keepSomething(scope, 2)
    let rows = await everything()
    for (const table of TABLES) expect(await countOf(table)).toBeGreaterThanOrEqual(scopes.length)
    for (const scope of scopes) {
      const mark = `${scope.owner}-${scope.tenant ?? 'none'}`
      expect(await store.deleteOwner(scope.owner, scope.tenant)).toEqual({
        threads: 2,
        attachments: 3,
        states: 2,
      })
      const left = await everything()
      expect(left.filter((row) => row.includes(mark))).toEqual([])
      expect(rows).toEqual(expect.arrayContaining(left))
      // Two rows of each table and two items more, and the attachment outside of threads.
      expect(rows.length - left.length).toBe(2 * TABLES.length + 2 + 1)
      rows = left
    }
    expect(rows).toEqual([])
  })

  it('takes many threads and attachments in batches', async () => {
    await empty()
    await run(
      `insert into chatkit.threads (id, owner_id, status, metadata, created_at, last_item_seq)
        select 'thr_' || n, 'ada', '{}', '{}', now(), 1 from generate_series(1, 130) as n`,
      `insert into chatkit.items (thread_id, id, seq, type, data, visible, created_at)
        select id, 'msg_1', 1, 'assistant_message', '{}', true, now() from chatkit.threads`,
      `insert into chatkit.attachments (id, owner_id, data)
        select 'atc_' || n, 'ada', '{}' from generate_series(1, 1100) as n`,
    )
    const erased = await Promise.all([store.deleteOwner('ada'), store.deleteOwner('ada')])
    expect(erased[0].threads + erased[1].threads).toBe(130)
    expect(erased[0].attachments + erased[1].attachments).toBe(1100)
    expect(await everything()).toEqual([])
  })

  it('has the bytes of every attachment deleted before its row, and goes on after a failure', async () => {
    await empty()
    const [ada] = scopes as [Scope]
    await keepSomething(ada)
    await keepSomething({ owner: 'grace', context: {} })
    const failing = store.deleteOwner('ada', undefined, {
      deleteBytes: () => Promise.reject(new Error('the disk is gone')),
    })
    await expect(failing).rejects.toThrow('the disk is gone')
    expect(await countOf('attachments')).toBe(4)
    const deleted: unknown[] = []
    await store.deleteOwner('ada', undefined, {
      deleteBytes: async (id, who) => {
        await store.loadAttachment(id, ada)
        deleted.push(who)
      },
    })
    expect(deleted).toEqual([{ owner: 'ada' }, { owner: 'ada' }])
    expect(await countOf('attachments')).toBe(2)
  })
})

it('lets a run of an owner who is erased write nothing more', async () => {
  await empty()
  const ada: Scope = { owner: 'ada', context: {} }
  const active = await begin(store, ada, { newThread: newThread() })
  await store.appendDeltas(active, [entry(1)])
  await store.deleteOwner('ada')
  expect(await store.appendDeltas(active, [entry(2)])).toMatchObject({ accepted: false })
  expect(await store.closeRun(active, { status: 'completed', items: [], entries: [entry(2)] })).toBe(false)
  expect(await everything()).toEqual([])
})

describe('exportOwner', () => {
  it('gives everything of the owner in this tenant, and nothing of anybody else', async () => {
    await empty()
    for (const scope of scopes) await keepSomething(scope, 2)
    for (const scope of scopes) {
      const mark = `${scope.owner}-${scope.tenant ?? 'none'}`
      const records = await all(store.exportOwner(scope.owner, scope.tenant))
      expect(records.map(({ type }) => type)).toEqual([
        'thread',
        'item',
        'item',
        'thread',
        'item',
        'item',
        'attachment',
        'attachment',
        'attachment',
        'state',
        'state',
      ])
      for (const record of records) expect(JSON.stringify(record)).toContain(mark)
      const page = await store.listThreads({ limit: 2, order: 'asc' }, scope)
      expect(records.flatMap((record) => (record.type === 'thread' ? [record.thread] : []))).toEqual(
        page.data,
      )
      expect(records[1]).toMatchObject({ feedback: 'positive', item: { content: [{ text: `${mark} one` }] } })
      expect(records[2]).not.toHaveProperty('feedback')
    }
  })

  it('gives each row once over many pages, also when rows behind it are deleted meanwhile', async () => {
    await empty()
    await run(
      `insert into chatkit.threads (id, owner_id, status, metadata, created_at, last_item_seq)
        select 'thr_' || n, 'ada', '{"type": "active"}', '{}', '2026-01-01', 0 from generate_series(1, 450) as n`,
      `insert into chatkit.items (thread_id, id, seq, type, data, visible, created_at)
        select 'thr_7', 'msg_' || n, n, 'hidden_context', json_build_object('id', 'msg_' || n), false, now()
        from generate_series(1, 450) as n`,
    )
    const ids: string[] = []
    for await (const record of store.exportOwner('ada')) {
      if (record.type === 'thread') {
        ids.push(record.thread.id)
        await store.deleteThread(record.thread.id === 'thr_7' ? '' : record.thread.id, {
          owner: 'ada',
          context: {},
        })
      } else if (record.type === 'item') ids.push(record.item.id)
    }
    expect(ids).toHaveLength(900)
    expect(new Set(ids).size).toBe(900)
  })
})

describe('deleteThreadsBefore', () => {
  it('deletes the threads of everybody in which nothing was written since, with their bytes', async () => {
    await empty()
    for (const scope of scopes) await keepSomething(scope)
    await run(`update chatkit.threads set updated_at = '2026-01-01' where owner_id = 'ada'`)
    const before = await everything()
    const bytes: unknown[] = []
    const options = { deleteBytes: async (_: string, who: unknown) => void bytes.push(who) }
    expect(await store.deleteThreadsBefore(new Date('2026-01-01'), options)).toBe(0)
    expect(await everything()).toEqual(before)
    expect(await store.deleteThreadsBefore(new Date('2026-01-02'), options)).toBe(3)
    expect(bytes).toEqual([
      { owner: 'ada' },
      { owner: 'ada', tenant: 'school-1' },
      { owner: 'ada', tenant: 'school-2' },
    ])
    expect(await countOf('threads')).toBe(3)
    const left = await everything()
    expect(left.filter((row) => row.includes('ada-') && !/^(states|attachments)/.test(row))).toEqual([])
    const ofGrace = (row: string): boolean => row.includes('grace-')
    expect(left.filter(ofGrace)).toEqual(before.filter(ofGrace))
  })

  it('finds old threads among many', async () => {
    await empty()
    await run(
      `insert into chatkit.threads (id, owner_id, status, metadata, created_at, updated_at, last_item_seq)
        select 'thr_' || n, 'ada', '{}', '{}', now(), now() - n * interval '1 day', 0 from generate_series(1, 1200) as n`,
    )
    const date = new Date(Date.now() - 600.5 * 86_400_000)
    expect(await store.deleteThreadsBefore(date)).toBe(600)
    expect(await store.deleteThreadsBefore(date)).toBe(0)
    expect(await countOf('threads')).toBe(600)
  })
})

describe('prune', () => {
  it('deletes what has expired, and nothing else', async () => {
    await empty()
    const [ada, , , grace] = scopes as [Scope, Scope, Scope, Scope]
    for (const scope of [ada, grace]) await keepSomething(scope)
    const before = await everything()
    const nothing = { logs: 0, runs: 0, idempotencyKeys: 0, states: 0 }
    expect(await store.prune()).toEqual(nothing)
    expect(await everything()).toEqual(before)

    const ofAda = `where owner_id = 'ada'`
    await run(`update chatkit.runs set ended_at = now() - interval '11 minutes' ${ofAda}`)
    expect(await store.prune()).toEqual({ ...nothing, logs: 1 })
    expect(await store.prune()).toEqual(nothing)
    expect([await countOf('runs'), await countOf('run_events')]).toEqual([2, 1])

    await run(`update chatkit.runs set ended_at = now() - interval '25 hours' ${ofAda}`)
    expect(await store.prune()).toEqual({ ...nothing, runs: 1 })
    expect(await countOf('runs')).toBe(1)

    for (const table of ['idempotency_keys', 'states']) {
      await run(`update chatkit.${table} set expires_at = now() - interval '1 second' ${ofAda}`)
    }
    expect(await store.prune()).toEqual({ ...nothing, idempotencyKeys: 1, states: 1 })
    const left = await everything()
    const ofGrace = (row: string): boolean => row.includes('grace-')
    expect(left.filter(ofGrace)).toEqual(before.filter(ofGrace))
  })

  it('lets two do it at once, in batches, and keeps the runs that are running', async () => {
    await empty()
    await run(
      `insert into chatkit.threads (id, owner_id, status, metadata, created_at, last_item_seq)
        values ('thr_1', 'ada', '{}', '{}', now(), 0)`,
      `insert into chatkit.runs (thread_id, id, owner_id, process_id, status, opened_at, ended_at)
        select 'thr_1', 'run_' || n, 'ada', 'p', 'completed', '2026-01-01', '2026-01-01'
        from generate_series(1, 1200) as n`,
      `insert into chatkit.runs (thread_id, id, owner_id, process_id, opened_at)
        values ('thr_1', 'run_active', 'ada', 'p', '2026-01-01')`,
      `insert into chatkit.states (owner_id, key, value, expires_at)
        select 'ada', n::text, '{}', '2026-01-01' from generate_series(1, 1200) as n`,
    )
    const both = await Promise.all([store.prune(), store.prune()])
    await store.prune()
    expect(both[0].logs + both[1].logs).toBe(1200)
    expect(both[0].states + both[1].states).toBe(1200)
    expect([await countOf('runs'), await countOf('states')]).toEqual([1, 0])
  })
})
