import type { Agent, RunState, RunToolApprovalItem } from '@openai/agents'
import type { ThreadItem, ThreadStreamEvent, TurnBase } from '@robolearn/chatkit-server-core'
import { approvalItem, type ApprovalTexts, type ApprovalWords } from './approval-widget.ts'
import { approvalKey, scrubbed, type StoredApproval, toStoredCalls } from './stored-approval.ts'

export interface ApprovalOptions extends ApprovalTexts {
  /** How long a call can be approved. Default 24 hours. */
  ttlMs?: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** What is needed of a run that was interrupted. */
export interface InterruptedRun {
  readonly interruptions: readonly RunToolApprovalItem[]
  readonly state: Pick<RunState<unknown, Agent>, 'toJSON'>
}

/** Keeps a run that waits for the user, and asks: one widget a call. */
export async function askApprovals(
  turn: TurnBase<unknown>,
  { interruptions, state }: InterruptedRun,
  {
    agent,
    history,
    words,
    ttlMs = DAY_MS,
  }: {
    agent: object
    history: readonly ThreadItem[]
    words: ApprovalWords
    ttlMs: number | undefined
  },
): Promise<ThreadStreamEvent[]> {
  const approval = turn.generateId('tsk')
  const calls = await toStoredCalls(agent, interruptions)
  const items = calls.map((call, index) =>
    approvalItem(turn, { ...call, approval, arguments: interruptions[index]?.arguments ?? '' }, words),
  )
  const stored: StoredApproval = {
    version: 1,
    threadId: turn.thread.id,
    expiresAtMs: turn.now().getTime() + ttlMs,
    state: scrubbed(state),
    historyIds: history.map(({ id }) => id),
    calls: calls.map((call, index) => ({ ...call, widgetId: items[index]?.id ?? '' })),
  }
  // Before the widgets: whoever sees one must be able to decide.
  await turn.store.saveState(approvalKey(approval), stored, ttlMs)
  return items.map((item) => ({ type: 'thread.item.done', item }))
}
