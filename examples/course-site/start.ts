import { join } from 'node:path'
import { ConfigError, readConfig } from './server/config.ts'
import { runSite } from './server/run-site.ts'

const HARD_EXIT_MS = 15_000

const log = (line: string): void => void process.stderr.write(`${line}\n`)

try {
  const config = readConfig(process.env)
  const site = await runSite({
    config,
    lessonsDir: join(import.meta.dirname, 'lessons'),
    log,
    terminal: process.stderr,
  })
  process.stdout.write(`ready ${site.url}\n`)

  let stopping = false
  const stop = (): void => {
    // A terminal and a package manager both pass the same Ctrl-C on.
    if (stopping) return
    stopping = true
    log('Stopping: answers under way may finish.')
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref()
    site.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log(`The site did not close cleanly: ${error instanceof Error ? error.stack : String(error)}`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
} catch (error) {
  // A setting at fault is one line for whoever set it; anything else is a bug, with its stack.
  log(
    error instanceof ConfigError
      ? error.message
      : `The site did not start: ${String(error instanceof Error ? error.stack : error)}`,
  )
  process.exit(1)
}
