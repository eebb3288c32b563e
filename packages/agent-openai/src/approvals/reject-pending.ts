import type { ThreadItem, ThreadStreamEvent, TurnBase, WidgetItem } from '@robolearn/chatkit-server-core'
import { type ApprovalWords, askedIn, decided } from './approval-widget.ts'
import { endAll } from './decide-approval.ts'
import { approvalKey, type StoredApproval } from './stored-approval.ts'

/** Who writes a new message has not approved: what waits in the thread is rejected. */
export async function* rejectPending(
  turn: TurnBase<unknown>,
  items: readonly ThreadItem[],
  words: ApprovalWords,
): AsyncGenerator<ThreadStreamEvent> {
  const pending = items.filter((item) => askedIn(item)?.status === 'pending')
  for (const approval of new Set(pending.map((item) => askedIn(item)?.approval ?? ''))) {
    const stored = (await turn.store.claimState(approvalKey(approval))) as StoredApproval | undefined
    if (stored) yield* endAll(turn, stored, 'rejected', words)
    else for (const item of pending) if (isOf(item, approval)) yield decided(item, 'expired', words)
  }
}

const isOf = (item: ThreadItem, approval: string): item is WidgetItem => askedIn(item)?.approval === approval
