import type { Attachment } from '../protocol/attachments.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Page } from '../protocol/pages.ts'
import type { ChatKitRequestBody } from '../protocol/requests.ts'
import type { ThreadWithItems } from '../protocol/threads.ts'

/** What each plain operation answers with. */
export interface Replies {
  'threads.get_by_id': ThreadWithItems
  'threads.list': Page<ThreadWithItems>
  'threads.update': ThreadWithItems
  'threads.delete': Record<string, never>
  'items.list': Page<ThreadItem>
  'items.feedback': Record<string, never>
  'threads.stop': { stopped: boolean }
  'threads.sync_custom_action': { updated_item?: ThreadItem }
  'attachments.create': Attachment
  'attachments.delete': Record<string, never>
  'input.transcribe': { text: string }
}

/** An operation that answers with JSON. */
export type PlainRequest = Extract<ChatKitRequestBody, { type: keyof Replies }>
/** An operation that answers with events: `threads.resume`, and whatever opens a turn. */
export type StreamRequest = Exclude<ChatKitRequestBody, PlainRequest>
