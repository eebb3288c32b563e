import {
  type ActionTurn,
  ChatKitError,
  StreamError,
  type ThreadStreamEvent,
  type TurnBase,
  type WidgetItem,
} from '@robolearn/chatkit-server-core'
import { z } from 'zod'
import { type ApprovalStatus, type ApprovalWords, askedIn, decided } from './approval-widget.ts'
import { approvalKey, parametersHash, remainingMs, type StoredApproval } from './stored-approval.ts'

const payloadSchema = z.object({
  approval: z.string(),
  call_id: z.string(),
  arguments_hash: z.string(),
  approve: z.boolean(),
})

/** A run whose calls are all decided: its widgets, by call id, and what it needs to go on. */
export interface DecidedRun {
  stored: StoredApproval
  widgets: Map<string, WidgetItem>
}

/**
 * Takes a click on a button of an approval. Yields what becomes of the widgets; gives the run where it can go on:
 * all its calls are decided, and this caller alone has it. What the client sent is only compared, never believed.
 */
export async function* decideApproval(
  turn: ActionTurn<unknown>,
  { agent, words }: { agent: object; words: ApprovalWords },
): AsyncGenerator<ThreadStreamEvent, DecidedRun | undefined, undefined> {
  const payload = payloadSchema.safeParse(turn.action.payload).data
  const { sender } = turn
  const asked = sender && askedIn(sender)
  if (!payload || !asked || asked.approval !== payload.approval) {
    throw new StreamError(words.say('approval_invalid'))
  }
  const key = approvalKey(asked.approval)
  const stored = (await turn.store.claimState(key)) as StoredApproval | undefined
  if (!stored || stored.threadId !== turn.thread.id) {
    yield* gone(sender, asked.status, words)
    return undefined
  }
  const call = stored.calls.find(({ widgetId }) => widgetId === sender.id)
  if (call?.callId !== payload.call_id || call.argumentsHash !== payload.arguments_hash) {
    await turn.store.saveState(key, stored, Math.max(remainingMs(stored, turn), 1))
    throw new StreamError(words.say('approval_invalid'))
  }
  if (remainingMs(stored, turn) <= 0) {
    yield* endAll(turn, stored, 'expired', words)
    return undefined
  }
  call.decision = payload.approve
  const isWaiting = stored.calls.some(({ decision }) => decision === undefined)
  if (isWaiting) await turn.store.saveState(key, stored, remainingMs(stored, turn))
  else if (!(await fits(agent, stored))) {
    yield* endAll(turn, stored, 'expired', words)
    return undefined
  }
  // Stored before anything runs: whatever happens from here on, the thread says that it was approved.
  yield decided(sender, payload.approve ? 'approved' : 'rejected', words)
  if (isWaiting) return undefined
  return { stored, widgets: await widgetsOf(turn, stored) }
}

/** There is nothing to decide any more: was it begun, or has it only expired? */
function* gone(
  sender: WidgetItem,
  status: ApprovalStatus,
  words: ApprovalWords,
): Generator<ThreadStreamEvent> {
  if (status === 'pending') yield decided(sender, 'expired', words)
  // It was approved, and the run that went on with it is over without a word about it.
  else if (status === 'approved') yield decided(sender, 'unknown', words)
  else yield { type: 'notice', level: 'info', message: words.say('approval_settled') }
}

/** Shows all calls of a run as ended in this way. */
export async function* endAll(
  turn: TurnBase<unknown>,
  stored: StoredApproval,
  status: 'expired' | 'rejected',
  words: ApprovalWords,
): AsyncGenerator<ThreadStreamEvent> {
  for (const widget of (await widgetsOf(turn, stored)).values()) yield decided(widget, status, words)
}

async function widgetsOf(
  turn: TurnBase<unknown>,
  { calls }: StoredApproval,
): Promise<Map<string, WidgetItem>> {
  const widgets = new Map<string, WidgetItem>()
  for (const { callId, widgetId } of calls) {
    const item = await turn.store.loadItem(turn.thread.id, widgetId).catch(deleted)
    if (item?.type === 'widget') widgets.set(callId, item)
  }
  return widgets
}

function deleted(error: unknown): undefined {
  if (ChatKitError.isInstance(error) && error.code === 'item_not_found') return undefined
  throw error
}

/** Whether the agents and their tools are still those that the calls were made for. */
async function fits(agent: object, { calls }: StoredApproval): Promise<boolean> {
  for (const { agent: name, tool, parametersHash: hash } of calls) {
    if (hash !== undefined && (await parametersHash(agent, name, tool)) !== hash) return false
  }
  return true
}
