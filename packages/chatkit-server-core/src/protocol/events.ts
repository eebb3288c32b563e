import { z } from 'zod'
import { itemUpdateSchema } from './item-updates.ts'
import { threadItemSchema } from './items.ts'
import { threadSchema } from './threads.ts'

const itemsPage = z.object({
  data: z.array(threadItemSchema),
  has_more: z.boolean(),
  after: z.string().optional(),
})
/** A thread as a client is sent it. */
export const threadWithItemsSchema = threadSchema.extend({ items: itemsPage })

/** Everything that a stream can carry; what `respond()` yields and what a client receives. */
export const threadStreamEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.created'), thread: threadWithItemsSchema }),
  z.object({ type: z.literal('thread.updated'), thread: threadWithItemsSchema }),
  z.object({ type: z.literal('thread.item.added'), item: threadItemSchema }),
  z.object({ type: z.literal('thread.item.updated'), item_id: z.string(), update: itemUpdateSchema }),
  z.object({ type: z.literal('thread.item.done'), item: threadItemSchema }),
  z.object({ type: z.literal('thread.item.removed'), item_id: z.string() }),
  z.object({ type: z.literal('thread.item.replaced'), item: threadItemSchema }),
  z.object({
    type: z.literal('stream_options'),
    stream_options: z.object({ allow_cancel: z.boolean() }),
  }),
  z.object({ type: z.literal('progress_update'), icon: z.string().optional(), text: z.string() }),
  z.object({
    type: z.literal('client_effect'),
    name: z.string(),
    data: z.record(z.string(), z.unknown()).default({}),
  }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    message: z.string().optional(),
    allow_retry: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('notice'),
    level: z.enum(['info', 'warning', 'danger']),
    message: z.string(),
    title: z.string().optional(),
  }),
])

export type ThreadStreamEvent = z.infer<typeof threadStreamEventSchema>
export type ThreadStreamEventType = ThreadStreamEvent['type']
/** The member of the union with this `type`. */
export type EventOf<T extends ThreadStreamEventType> = Extract<ThreadStreamEvent, { type: T }>
