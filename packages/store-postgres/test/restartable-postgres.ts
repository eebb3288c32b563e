import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '../../../test/start-postgres.ts'
import { query } from './fresh-database.ts'

export interface RestartablePostgres {
  url: string
  /** Cuts every connection and stops the server, as an operator would. */
  stop: () => Promise<void>
  /** Starts it again, with the same data on the same port. */
  start: () => Promise<void>
  /** Ends it for good. */
  close: () => Promise<void>
}

/** A server of the test's own, that may be stopped and started. */
export async function restartablePostgres(): Promise<RestartablePostgres> {
  const server = await startPostgres()
  const [row] = await query(
    server.url,
    `select setting as folder from pg_settings where name = 'data_directory'`,
  )
  const { folder } = row as { folder: string }
  const { uid, gid } = statSync(folder)
  let isStopped = false
  const control = (...words: string[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const args = ['-D', folder, '-w', ...words]
      // Its output is not waited for: the server that it starts keeps that open.
      const child = execFile(join(server.binDir, 'pg_ctl'), args, { cwd: folder, uid, gid })
      child.on('error', reject)
      child.on('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`pg_ctl ${words.join(' ')} ended with ${code}`)),
      )
    })
  const stop = async (): Promise<void> => {
    await control('stop', '-m', 'fast')
    isStopped = true
  }
  return {
    url: server.url,
    stop,
    start: async () => {
      // `restart` takes the port and the settings over from the last start.
      await control('restart', '-m', 'fast', '-l', join(folder, 'again.log'))
      isStopped = false
    },
    close: async () => {
      if (!isStopped) await stop()
      await server.stop()
    },
  }
}
