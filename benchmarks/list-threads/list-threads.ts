import { startPostgres } from '../../test/start-postgres.ts'
import { startChild, type Child } from '../processes/child.ts'
import { DEEP_THREADS, ITEMS_A_THREAD, makeDatabase, OTHER_THREADS, OWN_THREADS } from './fill-database.ts'
import { measureTimes } from './measure-times.ts'
import { measureThroughput } from './measure-throughput.ts'

export interface MeasuredServer {
  child: Child
  port: number
}

/**
 * What a page costs that is read from PostgreSQL, and whether it costs more far down a list or in a database that is
 * full. The whole server over HTTP, in a process of its own, on a PostgreSQL server of its own.
 */
export async function listThreads(): Promise<Record<string, number>> {
  const postgres = await startPostgres('embedded', { durable: true })
  const children: Child[] = []
  const start = async (peer: 'chatkit' | 'plain', url: string): Promise<MeasuredServer> => {
    const child = startChild(new URL('server.ts', import.meta.url), [peer, url])
    children.push(child)
    return { child, port: (await child.ask<{ port: number }>({ want: 'port' })).port }
  }
  try {
    console.log(
      `Node ${process.version}; PostgreSQL ${postgres.version} on this machine, otherwise as it comes, with fsync, synchronous_commit and full_page_writes on.`,
    )
    const empty = await makeDatabase(postgres.url, 'empty')
    const filled = await makeDatabase(postgres.url, 'filled')
    console.log(
      `empty database: ${OWN_THREADS} threads of one owner, ${ITEMS_A_THREAD} items each. Filled: besides, ${OTHER_THREADS} threads with ${ITEMS_A_THREAD} items each of 200 owners, and ${DEEP_THREADS} threads of one owner.`,
    )
    const client = startChild(new URL('client.ts', import.meta.url))
    children.push(client)
    const servers = { empty: await start('chatkit', empty), filled: await start('chatkit', filled) }
    const plain = await start('plain', filled)
    const throughput = await measureThroughput(client, { chatkit: servers.filled, plain })
    const times = await measureTimes(client, servers)
    return {
      requests_per_cpu_s: Math.round(throughput.chatkit),
      node_http_requests_per_cpu_s: Math.round(throughput.plain),
      share_of_node_http: round(throughput.chatkit / throughput.plain),
      deep_page_ratio: round(times.deepMs / times.firstMs),
      filled_page_ratio: round(times.filledPageRatio),
      filled_turn_ratio: round(times.filledTurnRatio),
      first_page_ms: round(times.firstMs),
      deep_page_ms: round(times.deepMs),
      turn_ms: round(times.turnMs),
    }
  } finally {
    await Promise.all(children.map((child) => child.close()))
    await postgres.stop()
  }
}

const round = (value: number): number => Number(value.toFixed(3))
