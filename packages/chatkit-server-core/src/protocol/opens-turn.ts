import type { RequestType } from './requests.ts'

/** The requests that open a turn: sent again after a cut, they resume its run instead. */
export const opensTurn: ReadonlySet<RequestType> = new Set([
  'threads.create',
  'threads.add_user_message',
  'threads.add_client_tool_output',
  'threads.add_structured_input',
  'threads.retry_after_item',
  'threads.custom_action',
])
