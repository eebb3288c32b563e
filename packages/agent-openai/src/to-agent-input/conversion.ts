import type { AgentInputItem } from '@openai/agents'
import type { ThreadItem, ThreadItemType } from '@robolearn/chatkit-server-core'
import type { LoadedAttachment } from './load-attachments.ts'

/** What a converter may want to know beyond its item. */
export interface Conversion {
  /** The message that is being answered: the last one of a user. */
  readonly isCurrent: boolean
  /** What `loadAttachments` found, by the attachment's id. */
  readonly attachments: ReadonlyMap<string, LoadedAttachment>
}

/** Makes model input of one kind of item; nothing where it says nothing to a model. */
export type ItemConverter<T extends ThreadItemType> = (
  item: Extract<ThreadItem, { type: T }>,
  conversion: Conversion,
) => AgentInputItem[]

export type ItemConverters = { readonly [T in ThreadItemType]: ItemConverter<T> }
