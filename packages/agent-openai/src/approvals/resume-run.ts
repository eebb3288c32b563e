import { type Agent, type AgentInputItem, RunContext, RunState } from '@openai/agents'
import type { AgentContext } from '../agent-context.ts'
import type { StoredApproval } from './stored-approval.ts'

/**
 * The SDK's state of a run whose calls are decided, with the model's input as it is now. Rejects where the state no
 * longer fits the agents or the SDK.
 */
export async function resumeRun(
  agent: Agent<AgentContext>,
  { stored, input, context }: { stored: StoredApproval; input: AgentInputItem[]; context: AgentContext },
): Promise<RunState<AgentContext, Agent<AgentContext>>> {
  const json = JSON.stringify({ ...stored.state, originalInput: input })
  const state = await RunState.fromStringWithContext(agent, json, new RunContext(context))
  for (const item of state.getInterruptions()) {
    const callId = 'callId' in item.rawItem ? item.rawItem.callId : undefined
    const call = stored.calls.find((other) => other.callId === callId)
    if (call?.decision) state.approve(item)
    else state.reject(item)
  }
  return state
}
