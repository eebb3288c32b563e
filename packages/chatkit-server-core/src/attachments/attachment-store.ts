import type { Attachment } from '../protocol/attachments.ts'
import type { Scope } from '../store/scope.ts'

/** What a client says of a file that it wants to send. */
export interface AttachmentInput {
  name: string
  /** In bytes, as the client says. */
  size: number
  mime_type: string
}

/** Where the bytes of attachments are kept. What the server stores of an attachment is kept by its `Store`. */
export interface AttachmentStore<TContext = unknown> {
  /** Makes an attachment with the given id, and says where to upload it. */
  create: (id: string, input: AttachmentInput, scope: Scope<TContext>) => Promise<Attachment>
  /** The bytes. Rejects with `attachment_not_found` where none were uploaded. */
  read: (
    id: string,
    scope: Scope<TContext>,
  ) => Promise<{ body: ReadableStream<Uint8Array>; size: number; mime_type: string }>
  /** The attachment with URLs that work now. Called whenever one goes to a client; what is stored holds none. */
  sign: (attachment: Attachment, scope: Scope<TContext>) => Promise<Attachment>
  delete: (id: string, scope: Scope<TContext>) => Promise<void>
}
