import {
  ChatKitError,
  type Attachment,
  type AttachmentStore,
  type Scope,
} from '@robolearn/chatkit-server-core'

interface Kept {
  of: string
  size: number
  mimeType: string
  bytes: Uint8Array<ArrayBuffer> | undefined
}

const PNG = [0x89, 0x50, 0x4e, 0x47]

/** An attachment store of your own, here in memory. `put` is what your upload route calls. */
export function createAttachmentStore() {
  const all = new Map<string, Kept>()
  const whose = ({ owner, tenant }: Scope): string => JSON.stringify([tenant ?? null, owner])
  const find = (id: string, scope: Scope): Kept | undefined => {
    const kept = all.get(id)
    return kept?.of === whose(scope) ? kept : undefined
  }
  const notFound = (id: string) => new ChatKitError('attachment_not_found', `There is no attachment "${id}".`)

  const store: AttachmentStore = {
    create: async (id, { name, size, mime_type }, scope) => {
      all.set(id, { of: whose(scope), size, mimeType: mime_type, bytes: undefined })
      return mime_type.startsWith('image/')
        ? { id, name, mime_type, type: 'image', preview_url: '' }
        : { id, name, mime_type, type: 'file' }
    },
    read: async (id, scope) => {
      const kept = find(id, scope)
      if (!kept?.bytes) throw notFound(id)
      return { body: new Blob([kept.bytes]).stream(), size: kept.size, mime_type: kept.mimeType }
    },
    sign: async (attachment, scope) => {
      const { upload_descriptor: _, ...stored } = attachment
      const kept = find(attachment.id, scope)
      if (!kept) return stored
      const url = `https://files.example/${attachment.id}`
      const shown: Attachment = stored.type === 'image' ? { ...stored, preview_url: url } : stored
      return kept.bytes ? shown : { ...shown, upload_descriptor: { url, method: 'PUT', headers: {} } }
    },
    delete: async (id, scope) => {
      if (find(id, scope)) all.delete(id)
    },
  }
  const put = (id: string, bytes: Uint8Array<ArrayBuffer>): void => {
    const kept = all.get(id)
    if (!kept) throw notFound(id)
    if (kept.bytes) throw new Error('This file was uploaded already.')
    if (bytes.byteLength !== kept.size) throw new Error(`The file has ${bytes.byteLength} bytes.`)
    const isPng = PNG.every((byte, index) => bytes[index] === byte)
    if (isPng !== (kept.mimeType === 'image/png')) throw new Error(`The file is not ${kept.mimeType}.`)
    kept.bytes = bytes
  }
  return { store, put }
}
