import type { Pause } from './model-reply.ts'

/** One step of a stream: an event to send, nothing for a while, the end without a goodbye. */
export type Frame = { send: Record<string, unknown> } | Pause | 'cut' | 'done'

/** What a reply needs to know of its place in the script. */
export interface ReplyPlace {
  /** Which request is answered, from 1. Ids are made of it. */
  readonly ordinal: number
  readonly model: string
  /** Seconds since 1970. */
  readonly createdAt: number
}
