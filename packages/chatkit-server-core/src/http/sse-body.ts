import type { RunReader } from '../runs/run-reader.ts'
import type { LogEntry } from '../store/store.ts'
import { KEEP_ALIVE, sseFrames } from './sse-frames.ts'

/** What a stream of an answer is made of. */
export interface SseSource {
  readonly reader: RunReader
  readonly keepAliveMs: number
  /** Told of a reader that failed. The connection is cut then: the run goes on, and the client can resume. */
  readonly onError: (error: unknown) => void
}

/** How long a client may take nothing before it is let go. */
export const STALL_MS = 60_000

const sources = new WeakMap<ReadableStream, () => SseSource>()

/**
 * A stream of an answer as bytes: everything that is ready goes out in one chunk, nothing is read ahead. The
 * reader is let go at once when the client leaves (`signal`, or the body's cancel), and when nothing was taken for
 * a minute.
 */
export function sseBody(source: SseSource, signal: AbortSignal): ReadableStream<Uint8Array> {
  const { reader, keepAliveMs, onError } = source
  const encoder = new TextEncoder()
  let next: Promise<LogEntry[]> | undefined
  let stallTimer: ReturnType<typeof setTimeout> | undefined
  let onAbort = (): void => {}
  let over = false

  // No timer and no listener outlives the stream.
  const release = (): void => {
    over = true
    clearTimeout(stallTimer)
    signal.removeEventListener('abort', onAbort)
  }
  const leave = (why: 'gone' | 'stalled'): void => {
    release()
    reader.leave(why)
  }
  const expectPull = (controller: ReadableStreamDefaultController): void => {
    stallTimer = setTimeout(() => {
      leave('stalled')
      controller.error(new Error(`Nobody took the stream for ${STALL_MS} ms.`))
    }, STALL_MS)
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    clearTimeout(stallTimer)
    next ??= reader.next()
    const entries = await withTimeout(next, keepAliveMs)
    if (over) return
    if (entries === 'timeout') {
      controller.enqueue(encoder.encode(KEEP_ALIVE))
    } else if (entries.length > 0) {
      next = undefined
      controller.enqueue(encoder.encode(sseFrames(reader.runId, entries)))
    } else {
      release()
      controller.close()
      return
    }
    expectPull(controller)
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          leave('gone')
          controller.close()
        }
        signal.addEventListener('abort', onAbort)
        expectPull(controller)
      },
      pull: (controller) =>
        pull(controller).catch((error: unknown) => {
          if (!over) onError(error)
          release()
          throw error
        }),
      cancel: () => leave('gone'),
    },
    { highWaterMark: 0 },
  )
  sources.set(stream, () => {
    release()
    return source
  })
  return stream
}

/**
 * For an adapter that writes to the connection itself: what a body is made of, where `sseBody` made it and nobody
 * reads it. From then on the reader is the caller's to let go, and the stream is dead.
 */
export function takeSseSource(body: ReadableStream | null): SseSource | undefined {
  return body === null || body.locked ? undefined : sources.get(body)?.()
}

function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T | 'timeout'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs)
  })
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
}
