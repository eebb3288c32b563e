import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const START = join(import.meta.dirname, '../start.ts')

export interface SiteProcess {
  url: string
  /** A number of its `/metrics`. */
  metric: (name: string) => Promise<number>
  /** Ends it as a crash would. */
  kill: () => Promise<void>
  /** Tells it to stop, and waits until it has. */
  stop: () => Promise<void>
}

/** Starts the site as `demo` does, in a process of its own. */
export async function startSiteProcess(env: Record<string, string>): Promise<SiteProcess> {
  const child = spawn(process.execPath, [START], {
    env: { PATH: process.env.PATH, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, problems] = ['', '']
  const exited = once(child, 'close')
  child.stderr.on('data', (chunk) => (problems += String(chunk)))
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk)
      if (output.endsWith('\n')) resolve()
    })
  })
  await Promise.race([ready, exited])
  const url = /^ready (\S+)\n/.exec(output)?.[1]
  if (url === undefined) throw new Error(`The site did not start: ${problems}`)
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return {
    url,
    metric: async (name) => {
      const text = await (await fetch(`${url}/metrics`)).text()
      const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
      if (value === undefined) throw new Error(`There is no metric "${name}".`)
      return Number(value)
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}
