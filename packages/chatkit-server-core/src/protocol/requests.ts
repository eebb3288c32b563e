import { z } from 'zod'
import { limitSchema, orderSchema } from './pages.ts'
import { inputAnswerSchema } from './structured-input.ts'
import { inferenceOptionsSchema, userContentSchema } from './user-messages.ts'

// Caps of single fields: what no honest client comes near, far below what the body limit would let through.
const MAX_ID = 200
const MAX_TITLE = 1_000
const MAX_PARTS = 1_000
const MAX_ATTACHMENTS = 100
const MAX_IDS = 1_000

const id = z.string().min(1).max(MAX_ID)

/** What a person sends: their words and what they attached to them. */
export const userMessageInputSchema = z.object({
  content: z.array(userContentSchema).max(MAX_PARTS),
  attachments: z.array(id).max(MAX_ATTACHMENTS).default([]),
  quoted_text: z.string().nullish(),
  inference_options: inferenceOptionsSchema.default({}),
})

/** The media types of dictation, with the parameters that browsers record with. */
export const AUDIO_TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'] as const

const audioType = z
  .string()
  .transform((type) => type.replaceAll(/\s/g, '').toLowerCase())
  .pipe(z.enum(AUDIO_TYPES))

const actionParams = z.object({
  thread_id: id,
  item_id: id.nullish(),
  action: z.object({ type: z.string().min(1).max(MAX_ID), payload: z.unknown().optional() }),
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

const pageParams = { limit: limitSchema, order: orderSchema, after: id.nullish() }

/** Every request, by its `type`. The routes are a table over the same keys. */
export const requestSchemas = {
  'threads.create': request('threads.create', z.object({ input: userMessageInputSchema })),
  'threads.add_user_message': request(
    'threads.add_user_message',
    z.object({ thread_id: id, input: userMessageInputSchema }),
  ),
  'threads.add_client_tool_output': request(
    'threads.add_client_tool_output',
    z.object({ thread_id: id, result: z.unknown() }),
  ),
  'threads.add_structured_input': request(
    'threads.add_structured_input',
    z.object({
      thread_id: id,
      item_id: id,
      input: z.object({
        status: z.enum(['answered', 'skipped']).default('answered'),
        answers: z.record(z.string(), inputAnswerSchema).default({}),
      }),
    }),
  ),
  'threads.retry_after_item': request('threads.retry_after_item', z.object({ thread_id: id, item_id: id })),
  'threads.custom_action': request('threads.custom_action', actionParams),
  'threads.sync_custom_action': request('threads.sync_custom_action', actionParams),
  'threads.stop': request(
    'threads.stop',
    z
      .object({ thread_id: id.nullish(), idempotency_key: id.nullish() })
      .refine((params) => params.thread_id != null || params.idempotency_key != null, {
        message: 'needs thread_id or idempotency_key',
      }),
  ),
  'threads.resume': request('threads.resume', z.object({ thread_id: id, after: id.nullish() })),
  'threads.get_by_id': request('threads.get_by_id', z.object({ thread_id: id })),
  'threads.list': request('threads.list', z.object(pageParams)),
  'threads.update': request('threads.update', z.object({ thread_id: id, title: z.string().max(MAX_TITLE) })),
  'threads.delete': request('threads.delete', z.object({ thread_id: id })),
  'items.list': request('items.list', z.object({ thread_id: id, ...pageParams })),
  'items.feedback': request(
    'items.feedback',
    z.object({ thread_id: id, item_ids: z.array(id).max(MAX_IDS), kind: z.enum(['positive', 'negative']) }),
  ),
  'attachments.create': request(
    'attachments.create',
    z.object({
      name: z.string().min(1).max(MAX_TITLE),
      size: z.number().int().nonnegative(),
      mime_type: z.string().min(1).max(MAX_ID),
    }),
  ),
  'attachments.delete': request('attachments.delete', z.object({ attachment_id: id })),
  'input.transcribe': request(
    'input.transcribe',
    z.object({ audio_base64: z.base64(), mime_type: audioType }),
  ),
}

export type UserMessageInput = z.infer<typeof userMessageInputSchema>
export type RequestType = keyof typeof requestSchemas
export type RequestOf<T extends RequestType> = z.infer<(typeof requestSchemas)[T]>
export type ChatKitRequest = { [T in RequestType]: RequestOf<T> }[RequestType]
/** A request as a client writes it, before defaults are filled in. */
export type ChatKitRequestBody = { [T in RequestType]: z.input<(typeof requestSchemas)[T]> }[RequestType]
