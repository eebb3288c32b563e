import { ChatKitError } from '../errors.ts'
import { attachmentForClient, toJson } from '../protocol/serialize.ts'
import { signAttachment } from './present.ts'
import type { Route } from './route.ts'

export const createAttachment: Route<'attachments.create'> = async ({ params }, context) => {
  const { attachmentStore, generateId, store, scope } = context
  if (!attachmentStore) throw new ChatKitError('hook_not_implemented', { key: 'no_attachments' })
  const attachment = await attachmentStore.create(generateId('atc'), params, scope)
  await store.saveAttachment(attachment)
  return { kind: 'json', json: toJson(attachmentForClient(await signAttachment(attachment, context))) }
}
