import { z } from 'zod'

const attachmentFields = {
  id: z.string(),
  name: z.string(),
  mime_type: z.string(),
  upload_descriptor: z
    .object({
      url: z.string(),
      method: z.enum(['POST', 'PUT']),
      headers: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  thread_id: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
}

/** A file of a user. `metadata` is private and never reaches a client. */
export const attachmentSchema = z.discriminatedUnion('type', [
  z.object({ ...attachmentFields, type: z.literal('file') }),
  z.object({ ...attachmentFields, type: z.literal('image'), preview_url: z.string() }),
])

export type Attachment = z.infer<typeof attachmentSchema>
