import type { Thread } from '../protocol/threads.ts'
import type { ThreadChanges } from '../store/thread-store.ts'
import type { TurnStore } from '../store/turn-store.ts'
import { isUnavailable } from './is-unavailable.ts'
import { mended } from './mend-text.ts'
import type { OutputFilter } from './output-filter.ts'
import { ThreadWatch } from './thread-changes.ts'

export interface ThreadSaverOptions {
  /** The object that `respond()` was handed, watched for changes in place. */
  thread: Thread
  /** Bound to the run's owner, in the name of the run. */
  store: Pick<TurnStore, 'saveThread'>
  filter: Pick<OutputFilter, 'changes'> | undefined
}

/** Saves what `respond()` changed about its thread in place, sooner or later: a store that is away gets it again. */
export class ThreadSaver {
  readonly #options: ThreadSaverOptions
  readonly #threadId: string
  readonly #watch: ThreadWatch
  /** As they are to be saved: what the hook has passed it is not shown again. */
  #unsaved: ThreadChanges | undefined

  constructor(options: ThreadSaverOptions) {
    this.#options = options
    this.#threadId = options.thread.id
    this.#watch = new ThreadWatch(options.thread)
  }

  /**
   * Undefined where there is nothing to save, else gives the thread as it is then. After `unavailable` the changes are
   * saved with the next call; those that are refused are dropped. Called after every event.
   */
  save(): Promise<Thread> | undefined {
    const noticed = this.#watch.take()
    return noticed || this.#unsaved ? this.#save(noticed) : undefined
  }

  async #save(noticed: ThreadChanges | undefined): Promise<Thread> {
    const { thread, store, filter } = this.#options
    const passed = noticed && (filter ? await filter.changes(noticed, thread) : noticed)
    const changes: ThreadChanges = { ...this.#unsaved, ...(passed && mended(passed)) }
    this.#unsaved = undefined
    try {
      return await store.saveThread(this.#threadId, changes)
    } catch (error) {
      if (isUnavailable(error)) this.#unsaved = changes
      throw error
    }
  }
}
