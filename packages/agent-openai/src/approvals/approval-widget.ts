import type { EventOf, ThreadItem, TurnBase, WidgetItem, WidgetRoot } from '@robolearn/chatkit-server-core'
import type { SayMessage } from '../agent-messages.ts'
import { cutText } from '../cut-text.ts'

/** The type of the action behind both buttons. */
export const APPROVAL_ACTION = 'agent.approval'

const MAX_ARGUMENTS_LENGTH = 1000

/**
 * `pending`: it waits for the user. `approved`: the tool may have been begun; what came of it is not known here.
 * `done`: it has ended. `expired`: it can be decided no more.
 */
export type ApprovalStatus = (typeof STATUSES)[number]

/** A call of a tool that has to be approved. */
export interface AskedCall {
  approval: string
  callId: string
  tool: string
  /** JSON, as the model wrote it. */
  arguments: string
  argumentsHash: string
}

export interface ApprovalTexts {
  /** What is asked. Default: whether to run the tool of this name. */
  describe?: (call: { tool: string; arguments: string }) => string
  /**
   * What stands below the question; `undefined` for nothing. Default: the arguments as the model wrote them, their first
   * 1,000 characters. Whatever the tool will do must be in the question or here: it is what the user agrees to.
   */
  details?: (call: { tool: string; arguments: string }) => string | undefined
  approve?: string
  reject?: string
  /** What stands in place of the buttons. */
  status?: Partial<Record<Exclude<ApprovalStatus, 'pending'>, string>>
}

const BUTTONS = 'buttons'
const STATUS = 'status'

const STATUSES = ['pending', 'approved', 'done', 'rejected', 'expired', 'unknown'] as const

/** What is shown, and how whatever it leaves open is said. */
export type ApprovalWords = ApprovalTexts & { say: SayMessage }

/** The widget that asks about a call. */
export function approvalItem(
  turn: TurnBase<unknown>,
  call: AskedCall,
  {
    describe,
    details = ({ arguments: json }) => json,
    say,
    approve = say('approval_approve'),
    reject = say('approval_reject'),
  }: ApprovalWords,
): WidgetItem {
  const told = details(call)
  const action = (isApproved: boolean) => ({
    type: APPROVAL_ACTION,
    payload: {
      approval: call.approval,
      call_id: call.callId,
      arguments_hash: call.argumentsHash,
      approve: isApproved,
    },
  })
  const widget: WidgetRoot = {
    type: 'Card',
    // By these two the server knows later what the user was shown; no client can change them.
    id: call.approval,
    key: keyOf('pending'),
    children: [
      {
        type: 'Title',
        id: 'question',
        value: describe?.(call) ?? say('approval_question', { tool: call.tool }),
        size: 'sm',
      },
      ...(told === undefined
        ? []
        : [{ type: 'Text' as const, id: 'arguments', value: cutText(told, MAX_ARGUMENTS_LENGTH) }]),
      {
        type: 'Row',
        id: BUTTONS,
        children: [
          { type: 'Button', id: 'approve', label: approve, style: 'primary', onClickAction: action(true) },
          { type: 'Button', id: 'reject', label: reject, onClickAction: action(false) },
        ],
      },
    ],
  }
  return {
    id: turn.generateId('msg'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type: 'widget',
    widget,
  }
}

/** Which approval a widget belongs to, and where it is; undefined for any other item. */
export function askedIn(item: ThreadItem): { approval: string; status: ApprovalStatus } | undefined {
  if (item.type !== 'widget') return undefined
  const { id, key } = item.widget
  const status = STATUSES.find((one) => keyOf(one) === key)
  return status && id !== undefined ? { approval: id, status } : undefined
}

/** The same widget, in its place, with where it is now instead of the buttons. */
export function decided(
  item: WidgetItem,
  status: Exclude<ApprovalStatus, 'pending'>,
  { status: texts, say }: ApprovalWords,
): EventOf<'thread.item.replaced'> {
  const { children } = item.widget as { children?: unknown }
  const asked = Array.isArray(children) ? children.filter((child) => !isReplaced(child)) : []
  const value = texts?.[status] ?? say(`approval_${status}`)
  const widget = {
    ...item.widget,
    key: keyOf(status),
    children: [...asked, { type: 'Text', id: STATUS, value }],
  }
  return { type: 'thread.item.replaced', item: { ...item, widget } }
}

/** The buttons, or what was said in their place before. */
function isReplaced(child: unknown): boolean {
  if (typeof child !== 'object' || child === null || !('id' in child)) return false
  return child.id === BUTTONS || child.id === STATUS
}

const keyOf = (status: ApprovalStatus): string => `approval-${status}`
