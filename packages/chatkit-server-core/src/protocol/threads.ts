import { z } from 'zod'
import type { ThreadItem } from './items.ts'
import type { Page } from './pages.ts'

export const threadStatusSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('active') }),
  z.object({ type: z.literal('locked'), reason: z.string().optional() }),
  z.object({ type: z.literal('closed'), reason: z.string().optional() }),
])

/** A thread as the server keeps it. `metadata` is private: a client is sent `{}` in its place. */
export const threadSchema = z.object({
  id: z.string(),
  created_at: z.string(),
  title: z.string().optional(),
  status: threadStatusSchema.default({ type: 'active' }),
  allowed_image_domains: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).default({}),
})

export type ThreadStatus = z.infer<typeof threadStatusSchema>
export type Thread = z.infer<typeof threadSchema>

/** A thread as a client is sent it, with a page of its items. */
export type ThreadWithItems = Thread & { items: Page<ThreadItem> }
