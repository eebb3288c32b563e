import type { Child } from '../processes/child.ts'
import { median } from '../figures/median.ts'
import { ASKING } from './fill-database.ts'
import type { MeasuredServer } from './list-threads.ts'

const CONNECTIONS = 16
const REQUESTS_A_CONNECTION = 250
const ROUNDS = 7

type Peer = 'chatkit' | 'plain'

/** The first page as a client asks for it: newest first, 20 threads, as a request that names neither gets it. */
export const FIRST_PAGE = JSON.stringify({ type: 'threads.list', params: {} })

/** Requests of `threads.list` per CPU-second of the server process, in interleaved rounds. */
export async function measureThroughput(
  client: Child,
  servers: Record<Peer, MeasuredServer>,
): Promise<Record<Peer, number>> {
  const perCpuSecond = async (peer: Peer): Promise<number> => {
    const { child, port } = servers[peer]
    const before = await child.ask<{ cpuSeconds: number }>({ want: 'cpu' })
    const { first } = await client.ask<{ first: string[] }>({
      port,
      owner: ASKING,
      bodies: [FIRST_PAGE],
      rounds: REQUESTS_A_CONNECTION,
      connections: CONNECTIONS,
    })
    const after = await child.ask<{ cpuSeconds: number }>({ want: 'cpu' })
    const threads = first[0]?.match(/"id":\s*"thr_/g)?.length
    if (threads !== 20) throw new Error(`The page of ${peer} holds ${threads} threads, not 20.`)
    return (CONNECTIONS * REQUESTS_A_CONNECTION) / (after.cpuSeconds - before.cpuSeconds)
  }
  for (let round = 0; round < 2; round++) {
    await perCpuSecond('chatkit')
    await perCpuSecond('plain')
  }
  const samples: Record<Peer, number[]> = { chatkit: [], plain: [] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const peer of ['plain', 'chatkit'] as const) samples[peer].push(await perCpuSecond(peer))
  }
  console.log(
    `requests: threads.list, 20 threads a page, ${CONNECTIONS} connections that stay open, each asks again when it is answered; ${ROUNDS} interleaved rounds of ${CONNECTIONS * REQUESTS_A_CONNECTION}, medians. CPU is that of the server process alone.`,
  )
  const medians = { chatkit: median(samples.chatkit), plain: median(samples.plain) }
  console.log(
    `requests: ${Math.round(medians.chatkit)} per CPU-second; node:http with pg and one fixed statement ${Math.round(medians.plain)}`,
  )
  return medians
}
