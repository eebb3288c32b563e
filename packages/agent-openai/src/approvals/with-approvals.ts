import type { ActionParser } from '@robolearn/chatkit-server-core'
import { APPROVAL_ACTION } from './approval-widget.ts'

/**
 * A table of actions that lets the buttons of approvals pass, too: this package makes them, so that no application has
 * to name them. What is in their payload is checked where it is decided.
 */
export function withApprovals(actions: ActionParser): ActionParser {
  return {
    parse: (action) => (action.type === APPROVAL_ACTION ? action : actions.parse(action)),
  }
}
