import { Worker } from 'node:worker_threads'
import { LimitError } from './parse-limits.ts'
import type { ParseReply } from './parse-messages.ts'
import { readDocument, type Readable } from './read-document.ts'

/** Of the whole process: the buffers into which a PDF is inflated are no part of the heap, which has its own limit. */
const MAX_RSS_BYTES = 1_500_000_000

// A thread of its own, as this one cannot look while it parses.
const watchdog = new Worker(
  `setInterval(() => {
    if (process.memoryUsage.rss() > ${MAX_RSS_BYTES}) process.kill(process.pid, 'SIGKILL')
  }, 50)`,
  { eval: true },
)
watchdog.unref()

const reply = (message: ParseReply): void => {
  // Nobody may be there to hear it.
  process.send?.(message, undefined, undefined, () => {})
}

process.on('message', (readable: Readable) => {
  readDocument(readable).then(
    (read) => reply({ read }),
    (error: unknown) => reply({ refused: reasonOf(error) }),
  )
})
process.on('disconnect', () => process.exit())
reply({ ready: true })

function reasonOf(error: unknown): string {
  if (error instanceof LimitError) return error.message
  // The stack, of a parser that calls itself once a level.
  if (error instanceof RangeError) return 'its blocks are nested too deeply'
  return `the parser failed (${String(error)})`
}
