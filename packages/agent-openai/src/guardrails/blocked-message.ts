import type { HiddenContextItem, ThreadItem, TurnBase } from '@robolearn/chatkit-server-core'
import { hiddenItem } from '../hidden-item.ts'

const TYPE = 'blocked_message'

/** A hidden note that a message was refused by a guardrail, so that no later turn shows it to the model. */
export const blockedMessage = (turn: TurnBase<unknown>, messageId: string): HiddenContextItem =>
  hiddenItem(turn, { type: TYPE, item_id: messageId })

/** The items without messages that were refused, and without the notes about them. */
export function withoutBlocked(items: readonly ThreadItem[]): ThreadItem[] {
  const blocked = new Set(items.map(blockedId).filter((id) => id !== undefined))
  return items.filter((item) => !blocked.has(item.id) && blockedId(item) === undefined)
}

function blockedId(item: ThreadItem): string | undefined {
  if (item.type !== 'hidden_context_item') return undefined
  const { content } = item
  if (typeof content !== 'object' || content === null) return undefined
  const { type, item_id: id } = content as Record<string, unknown>
  return type === TYPE && typeof id === 'string' ? id : undefined
}
