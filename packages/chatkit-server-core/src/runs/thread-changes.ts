import type { Thread } from '../protocol/threads.ts'
import type { ThreadChanges } from '../store/thread-store.ts'

/** Notices what `respond()` changed about its thread in place, so that only that is saved. */
export class ThreadWatch {
  readonly #thread: Thread
  #title: string | undefined
  #status: string
  #domains: string
  #metadata: string

  constructor(thread: Thread) {
    this.#thread = thread
    this.#title = thread.title
    this.#status = statusText(thread.status)
    this.#domains = domainsText(thread.allowed_image_domains)
    this.#metadata = metadataText(thread.metadata)
  }

  /** The fields that differ from the last time this was asked; undefined when none does. Asked after every event. */
  take(): ThreadChanges | undefined {
    const { title, status, allowed_image_domains: domains, metadata } = this.#thread
    const changes: ThreadChanges = {}
    if (title !== this.#title) {
      this.#title = title
      changes.title = title ?? null
    }
    const newStatus = statusText(status)
    if (newStatus !== this.#status) {
      this.#status = newStatus
      changes.status = status
    }
    const newDomains = domainsText(domains)
    if (newDomains !== this.#domains) {
      this.#domains = newDomains
      changes.allowed_image_domains = domains ?? null
    }
    const newMetadata = metadataText(metadata)
    if (newMetadata !== this.#metadata) {
      this.#metadata = newMetadata
      changes.metadata = metadata
    }
    return isEmpty(changes) ? undefined : changes
  }
}

const statusText = (status: Thread['status']): string =>
  status.type === 'active' ? 'active' : JSON.stringify(status)

const domainsText = (domains: Thread['allowed_image_domains']): string =>
  domains === undefined ? '' : JSON.stringify(domains)

const metadataText = (metadata: Thread['metadata']): string =>
  isEmpty(metadata) ? '{}' : JSON.stringify(metadata)

function isEmpty(fields: object): boolean {
  // Faster than a list of the keys, which nobody wants.
  for (const key in fields) if (Object.hasOwn(fields, key)) return false
  return true
}
