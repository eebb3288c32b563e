import { ChatKitError } from '../errors.ts'
import type { Route } from './route.ts'

export const deleteAttachment: Route<'attachments.delete'> = async ({ params }, context) => {
  const { attachmentStore, store, scope } = context
  if (!attachmentStore) throw new ChatKitError('hook_not_implemented', { key: 'no_attachments' })
  const { id } = await store.loadAttachment(params.attachment_id)
  await attachmentStore.delete(id, scope)
  await store.deleteAttachment(id)
  return { kind: 'json', json: '{}' }
}
