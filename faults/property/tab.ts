import type { LogEntry, RunReader, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import {
  applyThreadEvent,
  emptyThreadState,
  endThreadStream,
  retryThreadItem,
  type ThreadState,
} from '@robolearn/chatkit-server-core/client'
import { inTime } from './in-time.ts'
import { mustBe } from './must-be.ts'

interface Followed {
  runId: string
  seen: LogEntry[]
  /** Undefined while the connection is cut. */
  reader: RunReader | undefined
  /** Which server it is connected to. */
  node: number
  isOver: boolean
}

/** What one browser tab shows of a thread: built from events alone, over cuts and servers. */
export class Tab {
  state: ThreadState = emptyThreadState
  #followed: Followed | undefined

  /** The cursor of the run that it has not read to its end, and the server that it is connected to. */
  get unread(): { runId: string; cursor: string; node: number | undefined } | undefined {
    const followed = this.#followed
    if (!followed || followed.isOver) return undefined
    const { runId, seen, reader, node } = followed
    return { runId, cursor: `${runId}:${seen.at(-1)?.seq ?? 0}`, node: reader && node }
  }

  /** Begins to follow another run. */
  follow(reader: RunReader, node: number): void {
    this.#followed = { runId: reader.runId, seen: [], reader, node, isOver: false }
  }

  /** Goes on with a run where it was cut. */
  resume(reader: RunReader, node: number): void {
    if (!this.#followed) return
    this.#followed.reader = reader
    this.#followed.node = node
  }

  cut(): void {
    this.#followed?.reader?.leave()
    if (this.#followed) this.#followed.reader = undefined
  }

  retry(itemId: string): void {
    this.state = retryThreadItem(this.state, itemId)
  }

  /** Reads all that is there, which must be the log, from the first event to the last, each once. */
  async catchUp(log: readonly LogEntry[], isOver: boolean): Promise<void> {
    const followed = this.#followed
    if (!followed?.reader || followed.isOver) return
    while (followed.seen.length < log.length || isOver) {
      const entries = await inTime(
        followed.reader.next(),
        `event ${followed.seen.length + 1} of ${log.length}`,
      )
      if (entries.length === 0) break
      followed.seen.push(...entries)
      for (const { json } of entries) {
        this.state = applyThreadEvent(this.state, JSON.parse(json) as ThreadStreamEvent)
      }
    }
    mustBe('what a reader has seen of what is stored', followed.seen, log)
    if (isOver) this.#end(followed)
  }

  /** The thread is deleted: the stream ends, and nothing more comes. */
  async endsWithThread(): Promise<void> {
    const followed = this.#followed
    if (!followed?.reader || followed.isOver) return
    while ((await inTime(followed.reader.next(), 'the end of a deleted thread')).length > 0) {
      // What was under way may still come.
    }
    this.#end(followed)
  }

  /** What has been seen is stored, also of a run that this tab was cut from. */
  checkSeen(log: readonly LogEntry[]): void {
    const seen = this.#followed?.seen ?? []
    mustBe('what is stored of what a reader has seen', log.slice(0, seen.length), seen)
  }

  #end(followed: Followed): void {
    followed.isOver = true
    this.state = endThreadStream(this.state)
  }
}
