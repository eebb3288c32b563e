import type { RunReader, ThreadStreamEvent } from '@robolearn/chatkit-server-core'
import { inTime } from './in-time.ts'

/** Reads a run where it is executed, so that a deed can wait until what it did has been stored and published. */
export class Witness {
  readonly #reader: RunReader
  readonly #unread: ThreadStreamEvent[] = []

  constructor(reader: RunReader) {
    this.#reader = reader
  }

  async until(isIt: (event: ThreadStreamEvent) => boolean, what: string): Promise<void> {
    for (;;) {
      const event = this.#unread.shift()
      if (event && isIt(event)) return
      if (event) continue
      const entries = await inTime(this.#reader.next(), what)
      if (entries.length === 0) throw new Error(`The stream ended without ${what}.`)
      this.#unread.push(...entries.map(({ json }) => JSON.parse(json) as ThreadStreamEvent))
    }
  }

  async toEnd(): Promise<void> {
    while ((await inTime(this.#reader.next(), 'the end of a run')).length > 0) {
      // What comes is looked at by others.
    }
  }

  leave(): void {
    this.#reader.leave()
  }
}
