import type { AgentInputItem } from '@openai/agents'
import type { KeptToolCall } from '../kept-tool-call.ts'

/** The call with its output: a model's API refuses one without the other. */
export function convertToolCall({
  call_id: callId,
  name,
  arguments: args,
  output,
}: KeptToolCall): AgentInputItem[] {
  return [
    { type: 'function_call', callId, name, status: 'completed', arguments: args },
    { type: 'function_call_result', callId, name, status: 'completed', output },
  ]
}
