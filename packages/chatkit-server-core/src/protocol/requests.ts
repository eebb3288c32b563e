import { z } from 'zod'
import { limitSchema, orderSchema } from './pages.ts'
import { inferenceOptionsSchema, userContentSchema } from './user-messages.ts'

/** What a person sends: their words and what they attached to them. */
export const userMessageInputSchema = z.object({
  content: z.array(userContentSchema),
  attachments: z.array(z.string()).default([]),
  quoted_text: z.string().nullish(),
  inference_options: inferenceOptionsSchema.default({}),
})

const request = <T extends string, P extends z.ZodType>(type: T, params: P) =>
  z.object({
    type: z.literal(type),
    params,
    metadata: z
      .record(z.string(), z.unknown())
      .nullish()
      .transform((metadata) => metadata ?? {}),
  })

const threadId = z.string().min(1)
const pageParams = { limit: limitSchema, order: orderSchema, after: z.string().nullish() }

/** Every request, by its `type`. The routes are a table over the same keys. */
export const requestSchemas = {
  'threads.create': request('threads.create', z.object({ input: userMessageInputSchema })),
  'threads.add_user_message': request(
    'threads.add_user_message',
    z.object({ thread_id: threadId, input: userMessageInputSchema }),
  ),
  'threads.get_by_id': request('threads.get_by_id', z.object({ thread_id: threadId })),
  'threads.list': request('threads.list', z.object(pageParams)),
  'threads.update': request('threads.update', z.object({ thread_id: threadId, title: z.string() })),
  'threads.delete': request('threads.delete', z.object({ thread_id: threadId })),
  'items.list': request('items.list', z.object({ thread_id: threadId, ...pageParams })),
}

export type UserMessageInput = z.infer<typeof userMessageInputSchema>
export type RequestType = keyof typeof requestSchemas
export type RequestOf<T extends RequestType> = z.infer<(typeof requestSchemas)[T]>
export type ChatKitRequest = { [T in RequestType]: RequestOf<T> }[RequestType]
/** A request as a client writes it, before defaults are filled in. */
export type ChatKitRequestBody = { [T in RequestType]: z.input<(typeof requestSchemas)[T]> }[RequestType]
