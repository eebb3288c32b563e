import { PostgresStore, type Database } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { begin, entry, newThread, scopeOf } from './conversation.ts'
import { freshDatabase, query, type FreshDatabase } from './fresh-database.ts'

const LEASE_MS = 900

let database: FreshDatabase
let pool: Pool
const opened: PostgresStore[] = []
beforeAll(async () => {
  database = await freshDatabase()
  pool = new Pool({ connectionString: database.url })
})
afterAll(async () => {
  await Promise.all(opened.map((store) => store.close()))
  await pool.end()
  await database.drop()
})

interface Process {
  store: PostgresStore
  /** Whether it reaches the database. */
  isConnected: boolean
}

/** A process whose way to the database can be cut: then it neither renews its lease nor gives it back. */
function process(): Process {
  const real = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const check = (): void => {
    if (!connection.isConnected) throw Object.assign(new Error('cut'), { code: 'ECONNREFUSED' })
  }
  const db: Database = {
    executeQuery: async (toRun) => {
      check()
      return real.executeQuery(toRun)
    },
    transaction: () => ({
      execute: async (work) => {
        check()
        return real.transaction().execute(work)
      },
    }),
  }
  const store = new PostgresStore({ db, leaseMs: LEASE_MS })
  opened.push(store)
  const connection = { store, isConnected: true }
  return connection
}

const leases = (state: 'alive' | 'over'): Promise<unknown[]> =>
  query(
    database.url,
    `select 1 from chatkit.processes where lease_until ${state === 'alive' ? '>' : '<='} clock_timestamp()`,
  )
const WITHIN = { timeout: 10_000, interval: 20 }

describe('a lease', { timeout: 30_000 }, () => {
  it('that is over, as its process is cut off, has its runs ended by another one', async () => {
    const [gone, other] = [process(), process()]
    await gone.store.migrate()
    await other.store.migrate()
    const scope = scopeOf()
    const run = await begin(gone.store, scope, { newThread: newThread() })
    await gone.store.appendDeltas(run, [entry(1)])
    gone.isConnected = false
    const beganMs = performance.now()
    await expect
      .poll(async () => (await other.store.readEvents(run.id, 0, scope))?.status, WITHIN)
      .toBe('interrupted')
    expect(performance.now() - beganMs).toBeGreaterThan(LEASE_MS / 3)
    // It comes back, and learns that the run is over.
    gone.isConnected = true
    expect(await gone.store.appendDeltas(run, [entry(2)])).toEqual({ accepted: false, stopRequested: false })
    await Promise.all([gone.store.close(), other.store.close()])
    expect(await leases('alive')).toEqual([])
  })

  it('is given up by its process before another one can take its runs', async () => {
    const [gone, other] = [process(), process()]
    await other.store.migrate()
    const scope = scopeOf()
    expect(gone.store.heldUntilMs()).toBe(-Infinity)
    const run = await begin(gone.store, scope, { newThread: newThread() })
    const until = gone.store.heldUntilMs()
    expect(until).toBeGreaterThan(performance.now() - LEASE_MS)
    await expect.poll(() => gone.store.heldUntilMs(), WITHIN).toBeGreaterThan(until)
    gone.isConnected = false
    // Whoever is first, by its own looking or by somebody who wants the thread.
    const isOver = async (): Promise<boolean> =>
      (await other.store.endAbandoned(run)) ||
      (await other.store.readEvents(run.id, 0, scope))?.status === 'interrupted'
    await expect.poll(isOver, WITHIN).toBe(true)
    expect(gone.store.heldUntilMs()).toBeLessThanOrEqual(performance.now())
    // A turn that is opened after it is one of a new lease.
    gone.isConnected = true
    await begin(gone.store, scope, { newThread: newThread() })
    expect(gone.store.heldUntilMs()).toBeGreaterThan(performance.now() - LEASE_MS / 2)
    await Promise.all([gone.store.close(), other.store.close()])
    expect(gone.store.heldUntilMs()).toBe(-Infinity)
  })

  it('is renewed first after an outage, and those of others are given as long to do the same', async () => {
    const [one, two] = [process(), process()]
    await one.store.migrate()
    const scope = scopeOf()
    const run = await begin(two.store, scope, { newThread: newThread() })
    expect(await leases('alive')).toHaveLength(2)
    one.isConnected = false
    two.isConnected = false
    await expect.poll(() => leases('alive'), WITHIN).toEqual([])
    one.isConnected = true
    await expect.poll(() => leases('alive'), WITHIN).toHaveLength(1)
    two.isConnected = true
    await expect.poll(() => leases('alive'), WITHIN).toHaveLength(2)
    expect(await two.store.appendDeltas(run, [entry(1)])).toEqual({ accepted: true, stopRequested: false })
  })

  it.each([
    ['an hour late', -3_600_000],
    ['an hour early', 3_600_000],
  ])('is as long as it is for a process whose clock is %s', async (_, offMs) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs })
    try {
      await process().store.migrate()
    } finally {
      vi.useRealTimers()
    }
    const [newest] = await query(
      database.url,
      `select extract(epoch from lease_until - clock_timestamp())::float as s from chatkit.processes
      order by abs(extract(epoch from lease_until - clock_timestamp())) desc limit 1`,
    )
    const { s } = newest as { s: number }
    expect(Math.abs(s)).toBeLessThan(60)
  })

  it('does not protect a run that its process has lost sight of', async () => {
    const one = process()
    const scope = scopeOf()
    const run = await begin(one.store, scope, { newThread: newThread() })
    one.isConnected = false
    // The end cannot be stored, and nobody is left who would try again.
    const ending = { status: 'completed' as const, items: [], entries: [entry(1)] }
    await expect(one.store.closeRun(run, ending)).rejects.toMatchObject({ code: 'unavailable' })
    one.isConnected = true
    await expect
      .poll(async () => (await one.store.readEvents(run.id, 0, scope))?.status, WITHIN)
      .toBe('interrupted')
  })
})
