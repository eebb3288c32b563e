import { createHash } from 'node:crypto'
import type { RunRef } from '@robolearn/chatkit-server-core'
import type { Tables } from '../schema.ts'
import type { Session } from '../session.ts'
import { statement } from '../statement.ts'
import { Listener } from './listener.ts'
import { Notifier } from './notifier.ts'
import { Watchers } from './watchers.ts'

export interface RunWatchOptions {
  session: Session
  tables: Tables
  /** For a connection on which to listen; without one, runs of other processes are looked at twice a second. */
  listenConnectionString: string | undefined
  /** False where no other process can be listening. */
  hasOthers: boolean
  isFollowedHere: (runId: string) => boolean
  onDeaf: (reason: string) => void
}

/** Tells readers of runs, in this process and in others, that there is more to read. */
export class RunWatch {
  readonly #watchers = new Watchers()
  readonly #notifier: Notifier
  readonly #listener: Listener | undefined
  readonly #options: RunWatchOptions

  constructor(options: RunWatchOptions) {
    const { session, tables, listenConnectionString: connectionString, onDeaf } = options
    this.#options = options
    const channel = `chatkit ${createHash('sha256').update(tables.schema).digest('hex').slice(0, 32)}`
    // A word to others need not outlive a crash: waiting for the disk would keep those waiting who store events.
    const notify = (): Promise<unknown> =>
      session.run(
        statement(`select set_config('synchronous_commit', 'off', true), pg_notify($1, '')::text`, [channel]),
      )
    this.#notifier = new Notifier(notify)
    this.#listener =
      connectionString === undefined
        ? undefined
        : new Listener({
            connectionString,
            channel,
            onNotification: () => this.#watchers.wakeAll(),
            probe: notify,
            onDeaf,
          })
  }

  watch(runIds: readonly string[], wake: () => void): () => void {
    // What happens in this process needs no listening.
    if (!runIds.every((id) => this.#options.isFollowedHere(id))) this.#listener?.start()
    return this.#watchers.watch(runIds, wake)
  }

  /** Something was written to the run, and committed. */
  wrote(runId: RunRef['id']): void {
    this.#watchers.wake(runId)
    if (this.#options.hasOthers) this.#notifier.notify()
  }

  async close(): Promise<void> {
    this.#watchers.close()
    this.#notifier.close()
    await this.#listener?.close()
  }
}
