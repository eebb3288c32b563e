import { setTimeout } from 'node:timers/promises'
import { firstMessage, nextMessage } from '../answers/request-bodies.ts'
import type { AnswerOrder } from '../answers/answer-order.ts'
import { startServer, type AnsweringProcess } from '../answers/start-server.ts'
import { median } from '../figures/median.ts'
import { quantile } from '../figures/quantile.ts'
import { startDurablePostgres } from '../postgres/start-durable-postgres.ts'
import { startChild, type Child } from '../processes/child.ts'

const ROUND_TRIP_MS = 20
const ROUNDS = 40
const WARM_ROUNDS = 20
/** Far apart: what follows the first words is not to be counted with them. */
const ANSWER: AnswerOrder = { deltas: 2, perSecond: 8, text: 'words' }

const BUSY_ROUNDS = 40
const BESIDE = 50
const BESIDE_PER_SECOND = 50
const BESIDE_SECONDS = 20
const BESIDE_ANSWER: AnswerOrder = {
  deltas: BESIDE_PER_SECOND * BESIDE_SECONDS,
  perSecond: BESIDE_PER_SECOND,
  text: 'words',
}
/** The answers beside do not begin at the same time, and so do not speak at the same time. */
const BESIDE_APART_MS = 7

type Peer = 'memory' | 'near' | 'far'

/**
 * How much later the first words come because everything is stored before it is sent, with the database on this
 * machine and a long way off: the same server with the memory store, asked in the same way, is what it is compared
 * with.
 */
export async function firstDelta(): Promise<Record<string, number>> {
  console.log(`Node ${process.version}, no flags.`)
  const postgres = await startDurablePostgres()
  const { hostname, port: databasePort } = new URL(postgres.url)
  const children: Child[] = []
  const start = (file: string, args: string[] = []): Child => {
    const child = startChild(new URL(file, import.meta.url), args)
    children.push(child)
    return child
  }
  const servers: AnsweringProcess[] = []
  const serve = async (databaseUrl?: string): Promise<AnsweringProcess> => {
    const server = await startServer(databaseUrl)
    servers.push(server)
    return server
  }
  try {
    const proxy = start('proxy.ts', [hostname, databasePort, String(ROUND_TRIP_MS)])
    const farUrl = new URL(postgres.url)
    farUrl.port = String((await proxy.ask<{ port: number }>({ want: 'port' })).port)
    const [client, beside] = [start('client.ts'), start('client.ts')]
    const ports: Record<Peer, number> = {
      memory: (await serve()).port,
      near: (await serve(postgres.url)).port,
      far: (await serve(farUrl.href)).port,
    }

    /** One answer to its end; gives when its first words came. */
    const answer = async (peer: Peer, body: string): Promise<{ ms: number; trips: number }> => {
      await proxy.ask({ want: 'restart-count' })
      const { firstDeltaMs } = await client.ask<{ firstDeltaMs: number }>({
        want: 'first-delta',
        port: ports[peer],
        body,
      })
      const { roundTrips } = await proxy.ask<{ roundTrips: number }>({ want: 'round-trips' })
      const { events } = await client.ask<{ events: string[] }>({ want: 'rest' })
      if (!events.at(-1)?.includes('"thread.item.done"')) throw new Error(`An answer of ${peer} has no end.`)
      return { ms: firstDeltaMs, trips: roundTrips }
    }
    const newThread = async (peer: Peer): Promise<string> => {
      await client.ask({ want: 'first-delta', port: ports[peer], body: firstMessage(ANSWER) })
      const { events } = await client.ask<{ events: string[] }>({ want: 'rest' })
      const created = JSON.parse(events[0] ?? '{}') as { thread?: { id: string } }
      if (created.thread === undefined) throw new Error(`${peer} has made no thread.`)
      return created.thread.id
    }
    const threads: Record<Peer, string> = {
      memory: await newThread('memory'),
      near: await newThread('near'),
      far: await newThread('far'),
    }
    const next = (peer: Peer) => answer(peer, nextMessage(threads[peer], ANSWER))

    const idle: Record<Peer, { ms: number; trips: number }[]> = { memory: [], near: [], far: [] }
    for (let round = -WARM_ROUNDS; round < ROUNDS; round++) {
      for (const peer of ['memory', 'near', 'far'] as const) {
        const sample = await next(peer)
        if (round >= 0) idle[peer].push(sample)
      }
    }
    const besideOthers = async (peer: Peer): Promise<number[]> => {
      const others = beside.ask<{ events: number }>({
        want: 'answers',
        port: ports[peer],
        bodies: Array.from({ length: BESIDE }, () => firstMessage(BESIDE_ANSWER)),
        apartMs: BESIDE_APART_MS,
      })
      let areAnswering = true
      void others.finally(() => (areAnswering = false))
      await setTimeout(1_000)
      const samples: number[] = []
      for (let round = 0; round < BUSY_ROUNDS; round++) samples.push((await next(peer)).ms)
      if (!areAnswering) throw new Error('The answers beside have ended too early.')
      const { events } = await others
      if (events < BESIDE * BESIDE_ANSWER.deltas) throw new Error('Some of the answers beside are not whole.')
      return samples
    }
    const busy = { memory: await besideOthers('memory'), far: await besideOthers('far') }

    const msOf = (peer: Peer): number[] => idle[peer].map((sample) => sample.ms)
    const ms = (peer: Peer): number => median(msOf(peer))
    const trips = median(idle.far.map((sample) => sample.trips))
    const busyMs = { memory: median(busy.memory), far: median(busy.far) }
    console.log(
      `A message to a thread over loopback, until the first words are there; the model reads the newest 20 items of the thread first and takes no time itself. Medians (the middle half of all) of ${ROUNDS} behind ${WARM_ROUNDS} that warm code and pool, the servers in turn, nothing else under way.`,
    )
    console.log(`memory store: ${spread(msOf('memory'))}`)
    console.log(`database on this machine: ${spread(msOf('near'))}`)
    console.log(
      `database ${ROUND_TRIP_MS} ms away (a proxy of our own, half of it each way): ${spread(msOf('far'))}, with ${trips} trips one behind the other`,
    )
    console.log(
      `beside ${BESIDE} answers of ${BESIDE_PER_SECOND} words a second each, ${BUSY_ROUNDS} times: ${spread(busy.far)} with the database ${ROUND_TRIP_MS} ms away, memory store ${spread(busy.memory)}`,
    )
    return {
      added_ms_0: round(ms('near') - ms('memory')),
      added_ms_20: round(ms('far') - ms('memory')),
      added_ms_20_busy: round(busyMs.far - busyMs.memory),
      round_trips: trips,
      memory_store_ms: round(ms('memory')),
      memory_store_ms_busy: round(busyMs.memory),
    }
  } finally {
    await Promise.all([...children, ...servers].map((child) => child.close()))
    await postgres.stop()
  }
}

const round = (value: number): number => Number(value.toFixed(2))

const spread = (ms: readonly number[]): string =>
  `${median(ms).toFixed(2)} ms (${quantile(ms, 0.25).toFixed(2)} to ${quantile(ms, 0.75).toFixed(2)})`
