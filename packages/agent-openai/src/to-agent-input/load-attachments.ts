import type { Attachment, AttachmentStore, ThreadItem } from '@robolearn/chatkit-server-core'

/** What a model is sent of a file: its bytes as a `data:` URL, or its text. */
export type LoadedAttachment =
  | { readonly kind: 'image' | 'pdf'; readonly dataUrl: string }
  | { readonly kind: 'text'; readonly text: string }

export interface LoadAttachmentsOptions {
  /** Gives the bytes, as `AttachmentStore.read` does, bound to who is asking. */
  read: (id: string) => ReturnType<AttachmentStore['read']>
  /** Larger files are only named. Default 10 MiB. */
  maxBytes?: number
  /** Of all files together, the newest first; what does not fit is only named. Default 20 MiB. */
  maxTotalBytes?: number
}

const MIB = 1024 * 1024
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])
const TEXTS = /^(text\/.*|application\/(json|xml|yaml|x-yaml|toml|javascript|sql)|.*\+(json|xml))$/

/**
 * The attachments of these messages that a model can be sent: images and PDFs as data, never as a URL to fetch, and
 * text files as text. A file that is too large, of another kind or gone is left out, and is then only named. The
 * kind is the one that the store tells, not the one that the client claimed.
 */
export async function loadAttachments(
  items: readonly ThreadItem[],
  { read, maxBytes = 10 * MIB, maxTotalBytes = 20 * MIB }: LoadAttachmentsOptions,
): Promise<ReadonlyMap<string, LoadedAttachment>> {
  const loaded = new Map<string, LoadedAttachment>()
  let total = 0
  const newestFirst = items.flatMap(attachmentsOf).toReversed()
  for (const { id } of newestFirst) {
    if (loaded.has(id)) continue
    // A file that is gone must not keep the question from being answered.
    const stored = await read(id).catch(() => undefined)
    if (!stored) continue
    const { body, size, mime_type: given } = stored
    const mimeType = (given.split(';')[0] ?? '').trim().toLowerCase()
    const kind = kindOf(mimeType)
    if (!kind || size > maxBytes || total + size > maxTotalBytes) {
      await body.cancel().catch(() => {})
      continue
    }
    const bytes = await readAtMost(body, Math.min(maxBytes, maxTotalBytes - total)).catch(() => undefined)
    const attachment = bytes && toAttachment(kind, mimeType, bytes)
    if (!attachment) continue
    total += bytes.length
    loaded.set(id, attachment)
  }
  return loaded
}

const attachmentsOf = (item: ThreadItem): Attachment[] =>
  item.type === 'user_message' ? item.attachments : []

function kindOf(mimeType: string): LoadedAttachment['kind'] | undefined {
  if (IMAGES.has(mimeType)) return 'image'
  if (mimeType === 'application/pdf') return 'pdf'
  return TEXTS.test(mimeType) ? 'text' : undefined
}

/** The bytes; undefined where there are more than the store said there would be. */
async function readAtMost(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function toAttachment(
  kind: LoadedAttachment['kind'],
  mimeType: string,
  bytes: Buffer,
): LoadedAttachment | undefined {
  if (kind !== 'text') return { kind, dataUrl: `data:${mimeType};base64,${bytes.toString('base64')}` }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : { kind, text }
  } catch {
    return undefined
  }
}
