import { Client } from 'pg'
import { startPostgres } from '../../test/start-postgres.ts'
import { processTreeCpuSeconds } from './process-tree-cpu.ts'

export interface DurablePostgres {
  url: string
  version: string
  /** CPU of all processes of the server since it was started, those that have ended included. */
  cpuSeconds: () => number
  stop: () => Promise<void>
}

const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'] as const

/** A PostgreSQL of its own that loses nothing, which it is asked for. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const postgres = await startPostgres('embedded', { durable: true })
  const client = new Client(postgres.url)
  await client.connect()
  try {
    for (const setting of DURABLE) {
      const { rows } = await client.query<Record<string, string>>(`show ${setting}`)
      if (rows[0]?.[setting] !== 'on')
        throw new Error(`PostgreSQL runs with ${setting} ${rows[0]?.[setting]}.`)
    }
    const { rows } = await client.query<{ pid: number }>(
      `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid`,
    )
    const pid = rows[0]?.pid ?? Number.NaN
    console.log(
      `PostgreSQL ${postgres.version} on this machine, otherwise as it comes; SHOW says on for ${DURABLE.join(', ')}.`,
    )
    return {
      url: postgres.url,
      version: postgres.version,
      cpuSeconds: () => processTreeCpuSeconds(pid),
      stop: () => postgres.stop(),
    }
  } catch (error) {
    await postgres.stop()
    throw error
  } finally {
    await client.end()
  }
}
