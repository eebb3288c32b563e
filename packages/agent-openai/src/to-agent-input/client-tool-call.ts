import type { AgentInputItem } from '@openai/agents'
import type { ClientToolCallItem } from '@robolearn/chatkit-server-core'
import { cutText } from '../cut-text.ts'
import { convertToolCall } from './tool-call.ts'

const MAX_OUTPUT_LENGTH = 20_000

/** The call with its output. A pending call is left out: a model's API refuses a call without an output. */
export function convertClientToolCall(item: ClientToolCallItem): AgentInputItem[] {
  if (item.status === 'pending') return []
  const output = cutText(JSON.stringify(item.output ?? null), MAX_OUTPUT_LENGTH)
  return convertToolCall({
    call_id: item.call_id,
    name: item.name,
    arguments: JSON.stringify(item.arguments),
    output,
  })
}
