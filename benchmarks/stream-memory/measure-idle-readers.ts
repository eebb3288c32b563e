import { report } from 'node:process'
import { orderText } from './answer-events.ts'
import { startChild } from '../processes/child.ts'
import { requestBody } from './measure-streams.ts'

const READERS = 10_000
const RUNS = 100
const FLAGS = ['--max-semi-space-size=1', '--expose-gc']

export interface IdleReader {
  rssKb: number
  heapKb: number
}

interface Memory {
  rss: number
  heapUsed: number
  external: number
}

/**
 * What a connection costs that reads an answer on which nothing happens. The readers follow a hundred runs that are
 * under way (`threads.resume`), so that it is they who are measured and not the runs.
 */
export async function measureIdleReaders(peer: 'chatkit' | 'plain'): Promise<IdleReader> {
  const client = startChild(new URL('client.ts', import.meta.url))
  const server = startChild(new URL('server.ts', import.meta.url), [peer], FLAGS)
  const { port } = await server.ask<{ port: number }>({ want: 'port' })
  const idle = requestBody(orderText({ pacing: 'idle', deltas: 0, perWrite: 1 }))
  const open = (bodies: string[]) =>
    client.ask<{ heads: string[] }>({ port, bodies, owner: 'owner', until: 'first-event' })

  try {
    const readers = Math.min(READERS, openFileLimit() - 1_000)
    if (readers < READERS) console.log(`Only ${readers} idle readers: this process may open no more files.`)
    const { heads } = await open(Array.from({ length: RUNS }, () => idle))
    const resumes = heads.map((head) => (peer === 'plain' ? idle : resumeBody(head)))
    const bodies = Array.from({ length: readers }, (_, index) => resumes[index % RUNS] ?? idle)
    // Warm, with readers that stay: what follows is the price of more of the same.
    await open(bodies.slice(0, 1_000))
    const before = await server.ask<Memory>({ want: 'memory' })
    await open(bodies)
    const after = await server.ask<Memory>({ want: 'memory' })
    const perReaderKb = (of: (memory: Memory) => number): number => (of(after) - of(before)) / readers / 1024
    return {
      rssKb: perReaderKb(({ rss }) => rss),
      heapKb: perReaderKb(({ heapUsed, external }) => heapUsed + external),
    }
  } finally {
    await Promise.all([client.close(), server.close()])
  }
}

function resumeBody(head: string): string {
  const threadId = /"type":"thread\.created","thread":\{"id":"([^"]+)"/.exec(head)?.[1]
  if (threadId === undefined) throw new Error(`The answer began with another event: ${head.slice(0, 400)}`)
  return JSON.stringify({ type: 'threads.resume', params: { thread_id: threadId } })
}

function openFileLimit(): number {
  const { userLimits } = report.getReport() as { userLimits?: { open_files: { soft: number | string } } }
  const soft = Number(userLimits?.open_files.soft)
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft
}
