import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startRoundRobin, type RoundRobin } from './round-robin.ts'
import { startSiteProcess, type SiteProcess } from './site-process.ts'

export interface TwoSites {
  /** The proxy in front of both. */
  url: string
  proxy: Pick<RoundRobin, 'sendTo'>
  processes: readonly [SiteProcess, SiteProcess]
  close: () => Promise<void>
}

/** Two processes of the site on one database and one data folder, behind a proxy that sends requests to them in turn. */
export async function startTwoSites(
  server: string,
  settings: Record<string, string> = {},
): Promise<TwoSites> {
  const open = new AsyncDisposableStack()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'two-sites-'))
    open.defer(() => rm(folder, { recursive: true, force: true }))
    const database = `test_${randomBytes(8).toString('hex')}`
    await run(server, `create database ${database}`)
    // A process that was killed may still have connections there.
    open.defer(() => run(server, `drop database ${database} with (force)`))
    const databaseUrl = new URL(server)
    databaseUrl.pathname = `/${database}`
    const env = { DATA_DIR: folder, DATABASE_URL: databaseUrl.href, ...settings }
    const start = async (): Promise<SiteProcess> => {
      const site = await startSiteProcess(env)
      open.defer(() => site.stop())
      return site
    }
    // At the same time, as a deployment may do it: tables and lessons are both processes' business.
    const started = await Promise.allSettled([start(), start()])
    const [one, two] = started.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
    if (!one || !two) throw new Error('Two processes were to be started.')
    const proxy = await startRoundRobin([one.url, two.url])
    open.defer(() => proxy.close())
    return { url: proxy.url, proxy, processes: [one, two], close: () => open.disposeAsync() }
  } catch (error) {
    await open.disposeAsync()
    throw error
  }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client(url)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
