import type { Thread } from '../protocol/threads.ts'
import type { ThreadChanges } from '../store/thread-store.ts'

/** The thread as it is once the changes are saved. */
export function withChanges(thread: Thread, changes: ThreadChanges): Thread {
  const { title, status, allowed_image_domains: domains, metadata } = changes
  const changed: Thread = { ...thread }
  if (title === null) delete changed.title
  else if (title !== undefined) changed.title = title
  if (status !== undefined) changed.status = status
  if (domains === null) delete changed.allowed_image_domains
  else if (domains !== undefined) changed.allowed_image_domains = domains
  if (metadata !== undefined) changed.metadata = metadata
  return changed
}

/** The changes without words: a thread that is locked stays locked, whatever may be said about it. */
export function withoutWords({ title: _words, ...changes }: ThreadChanges): ThreadChanges {
  return changes.status === undefined ? changes : { ...changes, status: { type: changes.status.type } }
}
