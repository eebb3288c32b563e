import type { Thread } from '../protocol/threads.ts'
import type { ThreadChanges } from '../store/store.ts'

/** Notices what `respond()` changed about its thread in place, so that only that is saved. */
export class ThreadWatch {
  readonly #thread: Thread
  #seen: Record<'title' | 'status' | 'domains' | 'metadata', string | undefined>

  constructor(thread: Thread) {
    this.#thread = thread
    this.#seen = fingerprint(thread)
  }

  /** The fields that differ from the last time this was asked; undefined when none does. */
  take(): ThreadChanges | undefined {
    const now = fingerprint(this.#thread)
    const before = this.#seen
    this.#seen = now
    const { title, status, allowed_image_domains: domains, metadata } = this.#thread
    const changes: ThreadChanges = {
      ...(now.title === before.title ? {} : { title: title ?? null }),
      ...(now.status === before.status ? {} : { status }),
      ...(now.domains === before.domains ? {} : { allowed_image_domains: domains ?? null }),
      ...(now.metadata === before.metadata ? {} : { metadata }),
    }
    return Object.keys(changes).length > 0 ? changes : undefined
  }
}

function fingerprint(
  thread: Thread,
): Record<'title' | 'status' | 'domains' | 'metadata', string | undefined> {
  return {
    title: thread.title,
    status: JSON.stringify(thread.status),
    domains: JSON.stringify(thread.allowed_image_domains),
    metadata: JSON.stringify(thread.metadata),
  }
}
