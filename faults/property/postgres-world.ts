import type { RunRef, Scope } from '@robolearn/chatkit-server-core'
import { PostgresStore } from '@robolearn/store-postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { CuttablePool } from './cuttable-pool.ts'
import { inTime } from './in-time.ts'
import type { Policy } from './model.ts'
import { ScriptedServer } from './scripted-server.ts'
import { Stage, type Person } from './stage.ts'
import { clock, countedIds, type World } from './world.ts'

/** So long that no lease runs out by itself, however busy the machine is. */
const LEASE_MS = 600_000
/** Of the one who looks: it sweeps often, and executes nothing that could be swept. */
const SWEEPING_LEASE_MS = 90

interface Node {
  server: ScriptedServer
  store: PostgresStore<Person>
  pool: Pool
  connection: CuttablePool
  processId: string
}

/** A database that worlds share, one after the other. */
export interface SharedDatabase {
  url: string
  pool: Pool
  /** Sweeps what has no lease. */
  sweeper: PostgresStore<Person>
  /** What is left of killed servers ends when it has found out that it is dead. */
  remains: Promise<unknown>[]
}

export async function openDatabase(url: string): Promise<SharedDatabase> {
  const pool = new Pool({ connectionString: url, max: 2 })
  const sweeper = new PostgresStore<Person>({ connectionString: url, leaseMs: SWEEPING_LEASE_MS })
  await sweeper.migrate()
  return { url, pool, sweeper, remains: [] }
}

export async function closeDatabase({ pool, sweeper, remains }: SharedDatabase): Promise<void> {
  await Promise.all(remains)
  await sweeper.close()
  await pool.end()
}

let worlds = 0

/** Two servers on one database. */
export async function postgresWorld(shared: SharedDatabase, onBusy: Policy): Promise<World> {
  const name = `p${++worlds}`
  const stage = new Stage()
  const ada: Person = { userId: `ada ${name}` }
  const scope: Scope<Person> = { owner: ada.userId, context: ada }
  const generateId = countedIds(name)
  const { sweeper, pool: lookPool } = shared
  // Of servers only: the one who looks renews its short lease all the time, and may have none in between.
  const longLeases = `select id from chatkit.processes where lease_until > now() + interval '5 minutes'`
  const withoutRun = `select distinct event.run_id as id from chatkit.run_events as event
    left join chatkit.runs as run on run.thread_id = event.thread_id and run.id = event.run_id where run.id is null`
  const leases = async (): Promise<string[]> =>
    (await lookPool.query<{ id: string }>(longLeases)).rows.map(({ id }) => id)
  const loseLease = (processId: string) =>
    lookPool.query('delete from chatkit.processes where id = $1', [processId])

  const start = async (node: number): Promise<Node> => {
    const pool = new Pool({ connectionString: shared.url, max: 4 })
    // The database may end idle connections when a test file ends.
    pool.on('error', () => {})
    const connection = new CuttablePool(pool)
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: connection }) })
    const store = new PostgresStore<Person>({ db, listenConnectionString: shared.url, leaseMs: LEASE_MS })
    const before = new Set(await leases())
    await store.migrate()
    const processId = (await leases()).find((id) => !before.has(id)) ?? ''
    const server = new ScriptedServer({ stage, node, store, onBusy, clock, generateId })
    return { server, store, pool, connection, processId }
  }
  const nodes = [await start(0), await start(1)]
  const at = (node: number): Node => {
    const found = nodes[node]
    if (!found) throw new Error(`There is no server ${node}.`)
    return found
  }
  const buried = new Set<Node>()
  const bury = (node: Node): void => {
    if (buried.has(node)) return
    buried.add(node)
    const { server, store, pool } = node
    const end = async (): Promise<void> => {
      await Promise.all([store.close(), server.close({ graceMs: 0 })])
      await pool.end()
    }
    shared.remains.push(end())
  }
  /** Resolves when somebody has ended the run. */
  const untilEnded = async ({ id }: RunRef): Promise<void> => {
    let wake = Promise.withResolvers<void>()
    const stop = sweeper.watchRuns([id], () => wake.resolve())
    try {
      while ((await sweeper.readEvents(id, 0, scope))?.status === 'running') {
        await wake.promise
        wake = Promise.withResolvers()
      }
    } finally {
      stop()
    }
  }
  const allEnded = (runs: readonly RunRef[]) =>
    inTime(Promise.all(runs.map(untilEnded)), 'the runs of a server without a lease to be ended')

  return {
    stage,
    ada,
    get servers() {
      return nodes.map(({ server }) => server)
    },
    store: sweeper,
    leftovers: async () => (await lookPool.query<{ id: string }>(withoutRun)).rows.map(({ id }) => id),
    mortal: {
      kill: (node) => {
        at(node).connection.cut()
        bury(at(node))
      },
      killAt: async (node, cutAt, fits) => {
        await inTime(at(node).connection.cutAt(cutAt, fits), 'the statement with which a server dies')
        bury(at(node))
      },
      takeOver: async (node, runs) => {
        await loseLease(at(node).processId)
        await allEnded(runs)
      },
      outlive: async (node, runs) => {
        const { processId } = at(node)
        await loseLease(processId)
        await allEnded(runs)
        const renewed = `insert into chatkit.processes (id, lease_until) values ($1, now() + interval '1 hour')`
        await lookPool.query(renewed, [processId])
      },
      restart: async (node) => {
        await loseLease(at(node).processId)
        nodes[node] = await start(node)
      },
    },
    close: async () => {
      for (const node of nodes) bury(node)
    },
  }
}
