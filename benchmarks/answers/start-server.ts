import { startChild, type Child } from '../processes/child.ts'

export interface AnsweringProcess {
  port: number
  cpuSeconds: () => Promise<number>
  /** How many events are not stored although they could be, and how many writes there were. */
  backlog: () => Promise<{ events: number; flushes: number }>
  close: () => Promise<void>
}

/** Starts a server in a process of its own; without a database it keeps everything in memory. */
export async function startServer(databaseUrl?: string): Promise<AnsweringProcess> {
  const child: Child = startChild(
    new URL('server.ts', import.meta.url),
    databaseUrl === undefined ? [] : [databaseUrl],
  )
  const { port } = await child.ask<{ port: number }>({ want: 'port' })
  return {
    port,
    cpuSeconds: async () => (await child.ask<{ cpuSeconds: number }>({ want: 'cpu' })).cpuSeconds,
    backlog: () => child.ask({ want: 'backlog' }),
    close: () => child.close(),
  }
}
