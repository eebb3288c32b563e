import { Client } from 'pg'
import type { TestPostgres } from '../test/start-postgres.ts'
import { Cluster } from './cluster/cluster.ts'
import type { NodeSettings } from './cluster/node-settings.ts'
import type { Fault, Round, Stage } from './fault.ts'
import { atRest } from './promises/at-rest.ts'
import { createRandom } from './random.ts'

export interface PlayOptions {
  name: string
  fault: Fault
  count: number
  seed: number
  postgres: TestPostgres
  useDefaults: boolean
  leaseMs: number
  /** Told of every broken promise, and of what is worth knowing. */
  say: (line: string) => void
}

export interface Played {
  held: number
  total: number
}

let databases = 0

/** Plays a fault and counts its rounds. What is left at the end of all is counted against the last one. */
export async function playFault(options: PlayOptions): Promise<Played> {
  const { name, fault, count, seed, postgres, useDefaults, say } = options
  /** Of each round, whether everything held. */
  const rounds: boolean[] = []
  const leftovers: string[] = []
  const tell = (broken: readonly string[], where: string): void => {
    for (const promise of broken) say(`${name}: ${where}: ${promise}`)
  }

  const stage: Stage = {
    count,
    postgres,
    useDefaults,
    say,
    cluster: async ({ settings, nodes = () => [{}, {}] }) => {
      const databaseUrl = await createDatabase(postgres.url)
      const cluster = await Cluster.start({
        databaseUrl,
        settings: { ...settingsOf(options, databaseUrl), ...settings },
        nodes: await nodes(databaseUrl),
      })
      return { cluster, databaseUrl }
    },
    rounds: async (play, { atOnce = 1, label = 'round' } = {}) => {
      let next = 0
      const worker = async (): Promise<void> => {
        for (let index = next++; index < count; index = next++) {
          const roundSeed = seed + index
          const round: Round = { random: createRandom(roundSeed), owner: `${label}-${roundSeed}` }
          const broken = await play(round).catch((error: unknown) => [
            `could not be judged: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          ])
          rounds.push(broken.length === 0)
          tell(broken, `${label} ${index + 1}, seed ${roundSeed} (again with -n 1 --seed ${roundSeed})`)
        }
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
    },
    finish: async (cluster, beforeLooking) => {
      await cluster.heal()
      leftovers.push(...(await cluster.close()))
      await beforeLooking?.()
      leftovers.push(...(await atRest(cluster.database)))
      for (const [text, times] of cluster.errors) say(`${name}: nodes reported ${times} times: ${text}`)
    },
  }
  await fault.play(stage)
  tell(leftovers, `at rest, seed ${seed}`)
  if (leftovers.length > 0) rounds[Math.max(0, rounds.length - 1)] = false
  return { held: rounds.filter(Boolean).length, total: rounds.length }
}

/** Limits that a test reaches in a second or two; a production server's where they are asked for. */
function settingsOf({ leaseMs, useDefaults }: PlayOptions, databaseUrl: string): NodeSettings {
  const settings: NodeSettings = {
    databaseUrl,
    leaseMs,
    limits: { idleMs: 30_000, maxRunMs: 60_000, activeRunsPerOwner: 100 },
    onBusy: 'interrupt',
    clockOffsetMs: 0,
    graceMs: 500,
  }
  return useDefaults ? { ...settings, leaseMs: 15_000, limits: {}, graceMs: 10_000 } : settings
}

async function createDatabase(serverUrl: string): Promise<string> {
  databases += 1
  const url = new URL(serverUrl)
  const name = `faults_${process.pid}_${databases}`
  const client = new Client(serverUrl)
  await client.connect()
  try {
    await client.query(`create database ${name}`)
  } finally {
    await client.end()
  }
  url.pathname = `/${name}`
  return url.href
}
