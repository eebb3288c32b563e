import { setTimeout } from 'node:timers/promises'
import type { AnswerOrder } from '../answers/answer-order.ts'
import { firstMessage, resumption } from '../answers/request-bodies.ts'
import { startServer, type AnsweringProcess } from '../answers/start-server.ts'
import { median } from '../figures/median.ts'
import { quantile } from '../figures/quantile.ts'
import { slope } from '../figures/slope.ts'
import { startDurablePostgres } from '../postgres/start-durable-postgres.ts'
import { startChild } from '../processes/child.ts'

const ANSWERS = 300
const PER_SECOND = 50
const DEFAULT_SECONDS = 60
/** The answers do not begin at the same time, and so do not speak at the same time. */
const APART_MS = 11
const WARM_MS = 5_000

/**
 * A busy minute: answers that come as fast as a model speaks, on one server, and readers of all of them on another.
 * `LIVE_SECONDS` makes it shorter, for trying.
 */
export async function liveAnswers(): Promise<Record<string, number>> {
  const seconds = Number(process.env.LIVE_SECONDS ?? DEFAULT_SECONDS)
  console.log(`Node ${process.version}, no flags.`)
  const postgres = await startDurablePostgres()
  const servers: AnsweringProcess[] = []
  const serve = async (): Promise<AnsweringProcess> => {
    const server = await startServer(postgres.url)
    servers.push(server)
    return server
  }
  const readers = { own: startReaders(), other: startReaders() }
  try {
    const [own, other] = [await serve(), await serve()]
    const beginMs = ANSWERS * APART_MS
    const order: AnswerOrder = {
      deltas: Math.ceil(PER_SECOND * (seconds + (2 * beginMs + WARM_MS) / 1000 + 10)),
      perSecond: PER_SECOND,
      text: 'times',
    }
    const { threadIds } = await readers.own.ask<{ threadIds: string[] }>({
      want: 'begin',
      port: own.port,
      bodies: Array.from({ length: ANSWERS }, () => firstMessage(order)),
      apartMs: APART_MS,
    })
    await readers.other.ask({
      want: 'begin',
      port: other.port,
      bodies: threadIds.map(resumption),
      apartMs: APART_MS,
    })
    await setTimeout(WARM_MS)

    const times = (who: keyof typeof readers) =>
      readers[who].ask<{ lateMs: number[]; words: number }>({ want: 'times' })
    await Promise.all([times('own'), times('other')])
    const cpu = async () => ({
      own: await own.cpuSeconds(),
      other: await other.cpuSeconds(),
      postgres: postgres.cpuSeconds(),
      atMs: performance.now(),
    })
    const before = await cpu()
    const backlog: { x: number; y: number }[] = []
    const writesBefore = (await own.backlog()).flushes
    for (let second = 0; second <= seconds; second++) {
      await setTimeout(Math.max(0, before.atMs + second * 1000 - performance.now()))
      backlog.push({ x: (performance.now() - before.atMs) / 1000, y: (await own.backlog()).events })
    }
    const writes = (await own.backlog()).flushes - writesBefore
    const after = await cpu()
    const late = { own: (await times('own')).lateMs, other: (await times('other')).lateMs }

    // Everything comes in the end, on both sides.
    for (const who of ['own', 'other'] as const) {
      const { words } = await readers[who].ask<{ words: number }>({ want: 'end' })
      if (words !== ANSWERS * order.deltas)
        throw new Error(`The readers of the ${who} server got ${words} words of ${ANSWERS * order.deltas}.`)
    }

    const tookS = (after.atMs - before.atMs) / 1000
    const cores = (of: 'own' | 'other' | 'postgres'): number => (after[of] - before[of]) / tookS
    const waiting = backlog.map(({ y }) => y)
    console.log(
      `${ANSWERS} answers of ${PER_SECOND} words a second each for ${tookS.toFixed(1)} s, a reader of each on the server that makes it, and one on another server; both in a process of their own, with a pool of 10 connections each, as it comes, warm.`,
    )
    console.log(
      `cores: ${cores('own').toFixed(2)} of the server that makes the answers, ${cores('other').toFixed(2)} of the other one, ${cores('postgres').toFixed(2)} of all processes of PostgreSQL; ${(writes / tookS).toFixed(0)} writes a second`,
    )
    console.log(
      `backlog: events that could be stored by then and are not, each second: ${Math.round(waiting[0] ?? 0)} at first, ${Math.round(waiting.at(-1) ?? 0)} at last, ${Math.round(Math.max(...waiting))} at most`,
    )
    for (const who of ['own', 'other'] as const) {
      console.log(
        `from the model's word to the reader on the ${who} server: half within ${median(late[who]).toFixed(1)} ms, 99 of 100 within ${quantile(late[who], 0.99).toFixed(1)} ms, of ${late[who].length.toLocaleString('en')}`,
      )
    }
    return {
      server_cores: round(cores('own')),
      backlog_slope_events_per_s: round(slope(backlog)),
      other_node_p50_ms: round(median(late.other)),
      other_node_p99_ms: round(quantile(late.other, 0.99)),
      postgres_cores: round(cores('postgres')),
      other_node_cores: round(cores('other')),
      own_node_p50_ms: round(median(late.own)),
      own_node_p99_ms: round(quantile(late.own, 0.99)),
      writes_per_s: Math.round(writes / tookS),
    }
  } finally {
    await Promise.all([
      readers.own.close(),
      readers.other.close(),
      ...servers.map((server) => server.close()),
    ])
    await postgres.stop()
  }
}

const startReaders = () => startChild(new URL('client.ts', import.meta.url))

const round = (value: number): number => Number(value.toFixed(2))
