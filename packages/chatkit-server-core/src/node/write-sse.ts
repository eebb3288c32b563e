import type { ServerResponse } from 'node:http'
import type { SseSource } from '../http/sse-body.ts'
import { KEEP_ALIVE, sseFrames } from '../http/sse-frames.ts'
import type { LogEntry } from '../store/store.ts'
import { chunkWriter, type ChunkWriter } from './chunk-writer.ts'

/** How many events at most go into one write: what a slow client has waiting for it stays small. */
const WRITE_EVENTS = 256

/**
 * Writes a stream of an answer to its connection and ends the response. Takes what is ready in one write, waits
 * while the connection is full, lets the reader go at once when the client leaves.
 */
export function writeSse(outgoing: ServerResponse, source: SseSource, stallMs: number): void {
  new SseWriter(outgoing, source, stallMs).next()
}

// Callbacks instead of a loop that awaits: thousands of these wait at the same time, each for an event.
class SseWriter {
  readonly #outgoing: ServerResponse
  readonly #source: SseSource
  readonly #out: ChunkWriter
  readonly #stallMs: number
  readonly #tickMs: number
  readonly #timer: NodeJS.Timeout
  readonly #onEntries = (entries: LogEntry[]): void => this.#write(entries, 0)
  readonly #onFailure = (error: unknown): void => this.#fail(error)
  #stalledMs = 0
  #ended = false

  constructor(outgoing: ServerResponse, source: SseSource, stallMs: number) {
    this.#outgoing = outgoing
    this.#source = source
    this.#stallMs = stallMs
    this.#out = chunkWriter(outgoing)
    this.#tickMs = Math.min(source.keepAliveMs, stallMs)
    this.#timer = setTimeout(tick, this.#tickMs, this)
    outgoing.on('close', () => this.#closed())
  }

  next(): void {
    this.#source.reader.next().then(this.#onEntries).catch(this.#onFailure)
  }

  /** Runs since the last write: either nothing of it is left, or the client has taken nothing. */
  tick(): void {
    if (this.#outgoing.writableLength === 0) {
      this.#stalledMs = 0
      if (!this.#ended) this.#out.write(KEEP_ALIVE)
    } else {
      this.#stalledMs += this.#tickMs
      if (this.#stalledMs >= this.#stallMs) {
        this.#source.reader.leave('stalled')
        this.#outgoing.destroy()
        return
      }
    }
    this.#timer.refresh()
  }

  #write(entries: LogEntry[], from: number): void {
    if (this.#outgoing.destroyed) return
    if (entries.length === 0) {
      this.#ended = true
      this.#outgoing.end()
      return
    }
    const to = Math.min(entries.length, from + WRITE_EVENTS)
    const some = to - from === entries.length ? entries : entries.slice(from, to)
    this.#stalledMs = 0
    this.#timer.refresh()
    const goOn = (): void => (to < entries.length ? this.#write(entries, to) : this.next())
    if (this.#out.write(sseFrames(this.#source.reader.runId, some))) goOn()
    else this.#out.stream.once('drain', goOn)
  }

  #fail(error: unknown): void {
    this.#ended = true
    this.#source.onError(error)
    this.#outgoing.destroy()
  }

  #closed(): void {
    clearTimeout(this.#timer)
    if (!this.#ended) this.#source.reader.leave()
  }
}

const tick = (writer: SseWriter): void => writer.tick()
