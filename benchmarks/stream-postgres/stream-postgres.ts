import { Client } from 'pg'
import { startServer, type AnsweringProcess } from '../answers/start-server.ts'
import { firstMessage } from '../answers/request-bodies.ts'
import type { AnswerOrder } from '../answers/answer-order.ts'
import { median } from '../figures/median.ts'
import { startDurablePostgres } from '../postgres/start-durable-postgres.ts'
import { startChild } from '../processes/child.ts'
import { assertFaultsAreFound, differenceOf, type SentRun } from './compare-log.ts'
import { readLog } from './read-log.ts'

const RUNS = 50
const ROUNDS = 7
const WARM_ROUNDS = 2

const ORDERS = {
  fast: { deltas: 5_000, text: 'words' },
  paced: { deltas: 2_500, perSecond: 500, text: 'words' },
} satisfies Record<string, AnswerOrder>

type Pacing = keyof typeof ORDERS
type Peer = 'postgres' | 'memory'

interface Sample {
  perCpuSecond: number
  perSecond: number
  postgresShare: number
}

/**
 * What it costs to store every event before it is sent: the whole server on a PostgreSQL that loses nothing, beside
 * the same server with the memory store, each in a process of its own.
 */
export async function streamPostgres(): Promise<Record<string, number>> {
  console.log(`Node ${process.version}, no flags; CPU is that of the server process.`)
  const postgres = await startDurablePostgres()
  const client = startChild(new URL('client.ts', import.meta.url))
  const servers: Partial<Record<Peer, AnsweringProcess>> = {}
  const database = new Client(postgres.url)
  try {
    const peers = {
      postgres: (servers.postgres = await startServer(postgres.url)),
      memory: (servers.memory = await startServer()),
    }
    await database.connect()
    let compared = 0

    const compare = async (runs: readonly SentRun[], deltas: number): Promise<void> => {
      for (const run of runs) {
        const log = await readLog(database, run.runId)
        const difference = differenceOf(log, run, deltas)
        if (difference !== undefined) throw new Error(`The log of ${run.runId} is wrong: ${difference}.`)
        if (compared === 0) assertFaultsAreFound(log, run, deltas)
        compared += log.length
      }
    }
    const measure = async (peer: Peer, pacing: Pacing): Promise<Sample> => {
      const order = ORDERS[pacing]
      const { port, cpuSeconds } = peers[peer]
      const [before, postgresBefore] = [await cpuSeconds(), postgres.cpuSeconds()]
      const { tookMs, runs } = await client.ask<{ tookMs: number; runs: SentRun[] }>({
        port,
        bodies: Array.from({ length: RUNS }, () => firstMessage(order)),
      })
      const cpu = (await cpuSeconds()) - before
      const postgresCpu = postgres.cpuSeconds() - postgresBefore
      const events = runs.reduce((sum, run) => sum + run.events, 0)
      if (events < RUNS * order.deltas) throw new Error(`${peer} sent ${events} events: some are missing.`)
      if (peer === 'postgres') await compare(runs, order.deltas)
      return {
        perCpuSecond: events / cpu,
        perSecond: events / (tookMs / 1000),
        postgresShare: postgresCpu / cpu,
      }
    }

    console.log(
      `${RUNS} first messages at a time over loopback, one connection each; each answer reads its history (20 items at most a page) and then gives its words. ${ROUNDS} interleaved rounds behind ${WARM_ROUNDS} that warm code and pool (10 connections, as it comes); medians.`,
    )
    const samples: Record<Pacing, Record<Peer, Sample[]>> = {
      fast: { postgres: [], memory: [] },
      paced: { postgres: [], memory: [] },
    }
    for (const pacing of ['fast', 'paced'] as const) {
      for (let round = -WARM_ROUNDS; round < ROUNDS; round++) {
        for (const peer of ['memory', 'postgres'] as const) {
          const sample = await measure(peer, pacing)
          if (round >= 0) samples[pacing][peer].push(sample)
        }
      }
    }
    const of = (pacing: Pacing, peer: Peer, field: keyof Sample): number =>
      median(samples[pacing][peer].map((sample) => sample[field]))
    const how = {
      fast: `${ORDERS.fast.deltas} deltas an answer, as fast as backpressure lets`,
      paced: `${ORDERS.paced.perSecond} events a second and run, ${ORDERS.paced.deltas} deltas an answer`,
    }
    for (const pacing of ['fast', 'paced'] as const) {
      console.log(
        `${pacing}: ${how[pacing]}: ${thousands(of(pacing, 'postgres', 'perCpuSecond'))} events per CPU-second (${thousands(of(pacing, 'postgres', 'perSecond'))} a second), memory store ${thousands(of(pacing, 'memory', 'perCpuSecond'))}; all processes of PostgreSQL together use ${of(pacing, 'postgres', 'postgresShare').toFixed(2)} of the server's CPU besides`,
      )
    }
    console.log(
      `log: ${thousands(compared)} events decoded from the database, each run's the same as its client was sent, in order; a log with an event less, twice, elsewhere or changed was seen to differ`,
    )
    return {
      events_per_cpu_s: Math.round(of('fast', 'postgres', 'perCpuSecond')),
      events_per_cpu_s_paced: Math.round(of('paced', 'postgres', 'perCpuSecond')),
      postgres_cpu_share: round(of('fast', 'postgres', 'postgresShare')),
      postgres_cpu_share_paced: round(of('paced', 'postgres', 'postgresShare')),
      memory_store_events_per_cpu_s: Math.round(of('fast', 'memory', 'perCpuSecond')),
      memory_store_events_per_cpu_s_paced: Math.round(of('paced', 'memory', 'perCpuSecond')),
      paced_events_per_s: Math.round(of('paced', 'postgres', 'perSecond')),
      events_compared: compared,
    }
  } finally {
    await database.end()
    await Promise.all([client.close(), servers.postgres?.close(), servers.memory?.close()])
    await postgres.stop()
  }
}

const round = (value: number): number => Number(value.toFixed(3))
const thousands = (value: number): string => Math.round(value).toLocaleString('en')
