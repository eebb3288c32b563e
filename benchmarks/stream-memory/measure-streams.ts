import { orderText, type Pacing } from './answer-events.ts'
import { startChild, type Child } from '../processes/child.ts'
import { median } from '../figures/median.ts'

const RUNS = 50
const ROUNDS = 9
const DELTAS: Record<Pacing, number> = { coalesced: 5_000, single: 1_500 }

export type Peer = 'chatkit' | 'plain'

/** Events per CPU-second of the server process, for both servers and both ways of pacing. */
export type StreamFigures = Record<Peer, Record<Pacing, number>>

/** Both servers run at the same time and are measured in turn, so that a noisy machine is noisy for both. */
export async function measureStreams(): Promise<StreamFigures> {
  const client = startChild(new URL('client.ts', import.meta.url))
  const servers = {
    chatkit: startChild(new URL('server.ts', import.meta.url), ['chatkit']),
    plain: startChild(new URL('server.ts', import.meta.url), ['plain']),
  }
  const ports = { chatkit: await portOf(servers.chatkit), plain: await portOf(servers.plain) }
  let perWrite = 1

  const answer = async (peer: Peer, pacing: Pacing): Promise<number> => {
    const body = requestBody(orderText({ pacing, deltas: DELTAS[pacing], perWrite }))
    const bodies = Array.from({ length: RUNS }, () => body)
    const { events } = await client.ask<{ events: number }>({
      port: ports[peer],
      bodies,
      owner: 'owner',
      until: 'end',
    })
    if (events < RUNS * DELTAS[pacing]) throw new Error(`${peer} sent ${events} events: some are missing.`)
    return events
  }
  const perCpuSecond = async (peer: Peer, pacing: Pacing): Promise<number> => {
    const before = await servers[peer].ask<{ cpuSeconds: number }>({ want: 'cpu' })
    const events = await answer(peer, pacing)
    const after = await servers[peer].ask<{ cpuSeconds: number }>({ want: 'cpu' })
    return events / (after.cpuSeconds - before.cpuSeconds)
  }

  try {
    // Warm up, and learn how many events the server puts into one write when it can.
    await answer('chatkit', 'coalesced')
    await servers.chatkit.ask({ want: 'count-writes' })
    const events = await answer('chatkit', 'coalesced')
    const { writes } = await servers.chatkit.ask<{ writes: number }>({ want: 'writes' })
    perWrite = Math.max(1, Math.round(events / writes))
    for (const pacing of ['single', 'coalesced', 'single', 'coalesced'] as const) {
      await answer('chatkit', pacing)
      await answer('plain', pacing)
    }

    console.log(
      `${RUNS} answers at a time over loopback, one connection each, ${ROUNDS} interleaved rounds, medians.`,
    )
    console.log(
      `coalesced: ${DELTAS.coalesced} deltas an answer, as fast as backpressure lets; ${perWrite} events a write, plain node:http told to do the same.`,
    )
    console.log(
      `single: ${DELTAS.single} deltas an answer, a macrotask (setImmediate) after each, one event a write, in both.`,
    )
    const samples = {
      chatkit: { coalesced: [], single: [] },
      plain: { coalesced: [], single: [] },
    } as Record<Peer, Record<Pacing, number[]>>
    for (const pacing of ['coalesced', 'single'] as const) {
      for (let round = 0; round < ROUNDS; round++) {
        for (const peer of ['plain', 'chatkit'] as const) {
          samples[peer][pacing].push(await perCpuSecond(peer, pacing))
        }
      }
    }
    const medians = ({ coalesced, single }: Record<Pacing, number[]>): Record<Pacing, number> => ({
      coalesced: median(coalesced),
      single: median(single),
    })
    return { chatkit: medians(samples.chatkit), plain: medians(samples.plain) }
  } finally {
    await Promise.all([client.close(), servers.chatkit.close(), servers.plain.close()])
  }
}

const portOf = async (server: Child): Promise<number> =>
  (await server.ask<{ port: number }>({ want: 'port' })).port

/** A first message, as a client sends it. */
export const requestBody = (text: string): string =>
  JSON.stringify({
    type: 'threads.create',
    params: { input: { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} } },
  })
