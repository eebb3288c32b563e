import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openEmbedded, PostgresStore, StoreError } from '@robolearn/store-postgres'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { begin, createThread, message, newThread, scopeOf } from './conversation.ts'

let root: string
// One folder for most tests, as making a database takes seconds. Each leaves it closed.
let folder: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'embedded-'))
  folder = join(root, 'made', 'when missing')
})
afterAll(() => rm(root, { recursive: true, force: true }))

type Child = ChildProcessByStdio<null, Readable, null>

const child = (...args: [folder: string, threadId: string]): Child =>
  spawn(process.execPath, [fileURLToPath(new URL('./embedded-child.ts', import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
const kill = (running: Child): Promise<void> =>
  new Promise((resolve) => {
    running.once('exit', () => resolve())
    running.kill('SIGKILL')
  })
const ALL = { limit: 1_000, order: 'asc', include: 'all' } as const

describe('an embedded database in a folder', { timeout: 60_000 }, () => {
  it('is there again after it was closed', async () => {
    const scope = scopeOf()
    const thread = newThread({ title: 'Servos' })
    const item = message(thread.id, 'Hello 🤖')
    {
      await using embedded = await openEmbedded(folder)
      const store = new PostgresStore({ db: embedded.db })
      await store.migrate()
      await createThread(store, thread, [item], scope)
    }
    const { db, close } = await openEmbedded(folder)
    const store = new PostgresStore({ db })
    await store.migrate()
    expect(await store.loadThread(thread.id, scope)).toEqual(thread)
    expect((await store.listItems(thread.id, ALL, scope)).data).toEqual([item])
    await close()
    await close()
    await expect(store.loadThread(thread.id, scope)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is refused to a second opener of the same process, by any path', async () => {
    const first = await openEmbedded(folder)
    const again: unknown = await openEmbedded(join(folder, '..', 'when missing')).catch(
      (error: unknown) => error,
    )
    expect(StoreError.isInstance(again)).toBe(true)
    expect(again).toMatchObject({ code: 'folder_in_use', message: expect.stringContaining(folder) })
    await first.close()
    const later = await openEmbedded(folder)
    await later.close()
  })

  it('is refused while another process has it, and has all that was stored when that is killed', async () => {
    const { id } = newThread()
    const other = child(folder, id)
    const stored: string[] = []
    const lines = createInterface({ input: other.stdout })[Symbol.asyncIterator]()
    const first = await lines.next()
    await expect(openEmbedded(folder)).rejects.toMatchObject({ code: 'folder_in_use' })
    stored.push(String(first.value))
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      stored.push(line.value)
      if (stored.length === 200) await kill(other)
    }
    const { db, close } = await openEmbedded(folder)
    const items = await new PostgresStore({ db }).listItems(id, ALL, scopeOf('killed'))
    await close()
    expect(stored.length).toBeGreaterThanOrEqual(200)
    expect(items.data.map((item) => item.id).slice(0, stored.length)).toEqual(stored)
    // One may have been stored whose success the process could not tell any more.
    expect(items.data.length - stored.length).toBeLessThanOrEqual(1)
  })

  it('ends at its start every answer that was under way when the process was killed', async () => {
    const scope = scopeOf()
    const thread = newThread()
    const first = await openEmbedded(folder)
    const left = new PostgresStore({ db: first.db })
    const run = await begin(left, scope, { newThread: thread })
    // Closed under the store, so that its lease stays as after a kill.
    await first.close()
    await using embedded = await openEmbedded(folder)
    const store = new PostgresStore({ db: embedded.db })
    await store.migrate()
    expect(await store.activeRun(thread.id, scope)).toBeUndefined()
    expect(await store.readEvents(run.id, 0, scope)).toMatchObject({ status: 'interrupted' })
    await begin(store, scope, { thread: thread.id })
    await left.close()
  })

  it('can be opened after a process was killed while it made the folder', async () => {
    const halfway = join(root, 'halfway')
    const other = child(halfway, newThread().id)
    await expect.poll(() => existsSync(join(halfway, 'postgres.new', 'base')), { timeout: 30_000 }).toBe(true)
    await kill(other)
    const { db, close } = await openEmbedded(halfway)
    await new PostgresStore({ db }).migrate()
    await close()
  })
})

describe('an embedded database in memory', { timeout: 60_000 }, () => {
  let embedded: Awaited<ReturnType<typeof openEmbedded>>
  beforeAll(async () => {
    embedded = await openEmbedded('memory://', { extensions: ['vector'] })
    await sql`create table notes (id int primary key)`.execute(embedded.db)
  })
  afterAll(() => embedded.close())
  const count = async (): Promise<number> => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from notes`.execute(embedded.db)
    return rows[0]?.n ?? -1
  }

  it('commits a transaction whole, rolls a failed one back, and keeps others out of it', async () => {
    const { db } = embedded
    const failed = db.transaction().execute(async (trx) => {
      await sql`insert into notes values (1)`.execute(trx)
      throw new Error('not after all')
    })
    const outside = sql`insert into notes values (2)`.execute(db)
    const kept = db.transaction().execute(async (trx) => {
      await sql`insert into notes values (3)`.execute(trx)
      await sql`insert into notes values (4)`.execute(trx)
    })
    await expect(failed).rejects.toThrow('not after all')
    await Promise.all([outside, kept])
    expect(await count()).toBe(3)
  })

  it('does not report a transaction as committed that a failed statement has undone', async () => {
    const before = await count()
    const swallowed = embedded.db.transaction().execute(async (trx) => {
      await sql`insert into notes values (9)`.execute(trx)
      await sql`select 1 / 0`.execute(trx).catch(() => {})
    })
    await expect(swallowed).rejects.toMatchObject({ code: '25P02' })
    expect(await count()).toBe(before)
  })

  it('leaves the event loop free while a query runs', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await sql`select sum(n) from generate_series(1, 400000) as n`.execute(embedded.db)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  it('has the extensions that were named', async () => {
    await sql`create extension vector`.execute(embedded.db)
    const { rows } = await sql<{ d: number }>`select '[1,2]'::vector <-> '[1,5]'::vector as d`.execute(
      embedded.db,
    )
    expect(rows).toEqual([{ d: 3 }])
  })
})
