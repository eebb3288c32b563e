import type { AttachmentStore } from '../attachments/attachment-store.ts'
import type { Attachment } from '../protocol/attachments.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Page } from '../protocol/pages.ts'
import { itemsForClient } from '../protocol/serialize.ts'
import type { Scope } from '../store/scope.ts'

interface Signing<TContext> {
  attachmentStore: AttachmentStore<TContext> | undefined
  scope: Scope<TContext>
}

/** A page of items as its owner may see it, with URLs of attachments that work now. */
export async function presentItems<TContext>(
  page: Page<ThreadItem>,
  signing: Signing<TContext>,
): Promise<Page<ThreadItem>> {
  const visible = itemsForClient(page)
  if (!signing.attachmentStore) return visible
  return { ...visible, data: await Promise.all(visible.data.map((item) => signItem(item, signing))) }
}

/** The item with URLs of its attachments that work now. */
export async function signItem<TContext, T extends ThreadItem>(
  item: T,
  signing: Signing<TContext>,
): Promise<T> {
  if (item.type !== 'user_message' || item.attachments.length === 0) return item
  const attachments = await Promise.all(item.attachments.map((one) => signAttachment(one, signing)))
  return { ...item, attachments }
}

export async function signAttachment<TContext>(
  attachment: Attachment,
  { attachmentStore, scope }: Signing<TContext>,
): Promise<Attachment> {
  return attachmentStore ? attachmentStore.sign(attachment, scope) : attachment
}
