import { toJson } from '../protocol/serialize.ts'
import type { FeedEntry, RunReader } from '../runs/run-feed.ts'

/** A stream of an answer as bytes: everything that is ready goes out in one chunk, nothing is read ahead. */
export function sseBody(reader: RunReader, keepAliveMs: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next: Promise<FeedEntry[]> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        next ??= reader.next()
        const entries = await withTimeout(next, keepAliveMs)
        if (entries === 'timeout') {
          // A comment: clients pass over it, proxies see that the connection lives.
          controller.enqueue(encoder.encode(':\n\n'))
          return
        }
        next = undefined
        if (entries.length === 0) controller.close()
        else controller.enqueue(encoder.encode(entries.map((entry) => frame(reader.runId, entry)).join('')))
      },
      cancel() {
        reader.close()
      },
    },
    { highWaterMark: 0 },
  )
}

// JSON has no raw line breaks, so that an event is always one line of data.
const frame = (runId: string, { seq, event }: FeedEntry): string =>
  `id: ${runId}:${seq}\ndata: ${toJson(event)}\n\n`

function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T | 'timeout'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs)
  })
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
}
