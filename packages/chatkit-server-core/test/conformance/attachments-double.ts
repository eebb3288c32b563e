import type { Attachment, AttachmentInput, AttachmentStore, ThreadItem } from '../../src/index.ts'

/** The attachment store of the recordings: it keeps no bytes, and its URLs follow from the id. */
export const attachmentsDouble: AttachmentStore = {
  create: async (id, { name, mime_type }: AttachmentInput) => {
    const fields = { id, name, mime_type, metadata: { source: 'test' } }
    return withUrls(
      mime_type.startsWith('image/')
        ? { ...fields, type: 'image', preview_url: '' }
        : { ...fields, type: 'file' },
    )
  },
  read: async (id) => {
    throw new Error(`The recordings keep no bytes of "${id}".`)
  },
  sign: async (attachment) => withUrls(attachment),
  delete: async () => {},
}

/** The item as it is after its attachments were signed; what is stored of them may lack URLs. */
export function withSignedUrls(item: ThreadItem): ThreadItem {
  return item.type === 'user_message' ? { ...item, attachments: item.attachments.map(withUrls) } : item
}

function withUrls(attachment: Attachment): Attachment {
  const url = `https://files.example.com/${attachment.id}`
  const signed: Attachment = {
    ...attachment,
    upload_descriptor: { url: `${url}/upload`, method: 'PUT', headers: { 'X-Upload': '1' } },
  }
  return signed.type === 'image' ? { ...signed, preview_url: `${url}/preview` } : signed
}
