import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestPostgres } from '../../test/start-postgres.ts'
import { findPgBouncer } from '../cluster/pgbouncer.ts'
import { startDurablePostgres } from '../cluster/start-durable-postgres.ts'
import type { Fault } from '../fault.ts'
import { faults } from '../faults.ts'
import { playFault, type Played } from '../play-fault.ts'

// A few rounds of everything, always with the same seeds. Many rounds: `npx pnpm@12.21.0 faults NAME -n COUNT`.

const SEED = 1
const TIMEOUT_MS = 180_000
/** As short as a server can keep on a machine that is busy with everything else. */
const SHORT_LEASE_MS = 3_000
const LONG_LEASE_MS = 15_000

let shared: TestPostgres
/** One that is not shared: it is killed. */
let own: TestPostgres
beforeAll(async () => {
  ;[shared, own] = await Promise.all([startDurablePostgres(), startDurablePostgres()])
}, TIMEOUT_MS)
afterAll(async () => {
  await Promise.all([shared.stop(), own.stop()])
}, TIMEOUT_MS)

async function play(
  name: string,
  count: number,
  { leaseMs = LONG_LEASE_MS, postgres = shared, fault = faults[name] } = {},
): Promise<Played & { said: string[] }> {
  if (!fault) throw new Error(`There is no fault "${name}".`)
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  const played = await playFault({
    name,
    fault,
    count,
    seed: SEED,
    postgres,
    useDefaults: false,
    leaseMs,
    say,
  })
  return { ...played, said }
}

const short = { leaseMs: SHORT_LEASE_MS }

/** Every round held, and nothing was left behind; else it says what was broken. */
async function holds(name: string, count: number, options?: Parameters<typeof play>[2]): Promise<void> {
  const { held, total, said } = await play(name, count, options)
  expect({ held, said: held === total ? [] : said }).toEqual({ held: total, said: [] })
  expect(total).toBeGreaterThanOrEqual(count)
}

describe.concurrent('the promises about runs hold', { timeout: TIMEOUT_MS }, () => {
  it('when a server is killed', async () => {
    await holds('kill', 3, short)
  })
  it('when PostgreSQL is killed, or restarted under load', async () => {
    const postgres = own
    await holds('kill-database', 2, { ...short, postgres })
    await holds('pg-restart', 1, { ...short, postgres })
  })
  it('when a server is frozen past its lease', async () => {
    await holds('pause', 2, short)
  })
  it('when a server does not reach the database', async () => {
    await holds('isolate', 2, short)
  })
  it('when the clocks of servers are two minutes apart', async () => {
    await holds('clock', 1, short)
  })
  it('when connections are cut, and when requests are sent again', async () => {
    await holds('cuts', 5)
    await holds('repeat', 2)
  })
  it('when answers are stopped, silent, endless, or crowded out', async () => {
    await holds('stop', 4)
    await holds('stall', 2)
    await holds('drip', 2)
    await holds('busy', 1)
  })
  it('when a server is told to end', async () => {
    await holds('shutdown', 2)
  })
  it.skipIf(findPgBouncer() === undefined)('behind PgBouncer', async () => {
    await holds('pooler', 2, short)
  })
})

describe('a promise that is broken', () => {
  it('is told of with the seed of its round, and not counted as held', async () => {
    const fault: Fault = {
      about: 'breaks the second round',
      play: (stage) => {
        let rounds = 0
        return stage.rounds(async () => (++rounds === 2 ? ['it broke'] : []))
      },
    }
    const { held, total, said } = await play('broken', 3, { fault })
    expect({ held, total }).toEqual({ held: 2, total: 3 })
    expect(said).toEqual(['broken: round 2, seed 2 (again with -n 1 --seed 2): it broke'])
  })

  it('at the end of all is one of the last round', async () => {
    const fault: Fault = {
      about: 'leaves a thread without an item',
      play: async (stage) => {
        const { cluster } = await stage.cluster({})
        await using _ = cluster
        await stage.rounds(async () => [])
        await stage.finish(cluster, async () => {
          await cluster.database.query(
            `insert into chatkit.threads (id, owner_id, status, metadata, created_at, last_item_seq)
            values ('thr_left', 'nobody', '{"type":"active"}', '{}', now(), 0)`,
          )
        })
      },
    }
    const { held, total, said } = await play('leaving', 2, { fault })
    expect({ held, total }).toEqual({ held: 1, total: 2 })
    expect(said).toEqual(['leaving: at rest, seed 1: 1 threads without an item'])
  })

  it('is one that could not be judged, too', async () => {
    const fault: Fault = {
      about: 'throws',
      play: (stage) => stage.rounds(() => Promise.reject(new Error('no way to tell'))),
    }
    const { held, total, said } = await play('throws', 1, { fault })
    expect({ held, total }).toEqual({ held: 0, total: 1 })
    expect(said[0]).toContain('no way to tell')
  })
})
