import { undefinedIfNotFound } from '../errors.ts'
import type { Attachment } from '../protocol/attachments.ts'
import type { Scope } from '../store/scope.ts'
import type { AttachmentFolder, AttachmentRecord } from './attachment-folder.ts'

/** The part of a store that knows which attachments are in a message. */
export interface KnownAttachments {
  loadAttachment: (attachmentId: string, scope: Scope<never>) => Promise<Attachment>
  deleteAttachment: (attachmentId: string, scope: Scope<never>) => Promise<void>
}

/** Removes files older than `before` that no message holds, with their rows. Gives how many. */
export async function sweepOrphans(
  folder: AttachmentFolder,
  store: KnownAttachments,
  before: Date,
): Promise<number> {
  let removed = 0
  await folder.removeStraysBefore(before)
  for await (const record of folder.records()) {
    if (Date.parse(record.created_at) >= before.getTime()) continue
    const scope = scopeOf(record)
    const stored = await store.loadAttachment(record.id, scope).catch(undefinedIfNotFound)
    if (stored?.thread_id !== undefined) continue
    // The row first: a message that is sent now is refused, and never shows a file that is gone.
    if (stored) await store.deleteAttachment(record.id, scope)
    await folder.delete(record)
    removed += 1
  }
  return removed
}

// Nobody is asking: a store that looks at the context cannot be swept in this way.
function scopeOf({ owner, tenant }: AttachmentRecord): Scope<never> {
  return { owner, ...(tenant === undefined ? {} : { tenant }), context: undefined as never }
}
