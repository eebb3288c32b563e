import type { Agent, RunState, RunToolApprovalItem } from '@openai/agents'
import type { TurnBase } from '@robolearn/chatkit-server-core'
import { sha256 } from './sha256.ts'

/** What is kept of a run that waits for a user, until all its calls are decided. Holds no context and no page. */
export interface StoredApproval {
  version: 1
  threadId: string
  expiresAtMs: number
  /** The SDK's state, without what the model was sent: that is made anew from the thread. */
  state: Record<string, unknown>
  /** The items that the model was sent. */
  historyIds: string[]
  calls: StoredCall[]
}

export interface StoredCall {
  callId: string
  agent: string
  tool: string
  argumentsHash: string
  /** Of the tool's parameters, to notice that they are others now; absent for a tool of a nested agent. */
  parametersHash?: string | undefined
  widgetId: string
  decision?: boolean
}

export const approvalKey = (approval: string): string => `approval:${approval}`

/** The calls of a run that wait for the user. */
export async function toStoredCalls(
  agent: object,
  interruptions: readonly RunToolApprovalItem[],
): Promise<Omit<StoredCall, 'widgetId'>[]> {
  return Promise.all(
    interruptions.map(async (item) => {
      const tool = item.toolName ?? item.name ?? ''
      const { rawItem } = item
      return {
        callId: 'callId' in rawItem ? rawItem.callId : '',
        agent: item.agent.name,
        tool,
        argumentsHash: await sha256(item.arguments ?? ''),
        parametersHash: await parametersHash(agent, item.agent.name, tool),
      }
    }),
  )
}

/** Of a tool's parameters; undefined where the agent, or those that it hands over to, do not have it. */
export async function parametersHash(
  agent: object,
  agentName: string,
  toolName: string,
): Promise<string | undefined> {
  const owner = agentsFrom(agent).find(({ name }) => name === agentName)
  const tool = owner?.tools.find(({ name }) => name === toolName)
  return tool?.type === 'function' ? sha256(JSON.stringify(tool.parameters)) : undefined
}

function agentsFrom(start: object): AnyAgent[] {
  const found = new Set<AnyAgent>()
  const visit = (agent: AnyAgent): void => {
    if (found.has(agent)) return
    found.add(agent)
    for (const target of agent.handoffs) visit('agent' in target ? target.agent : target)
  }
  visit(start as AnyAgent)
  return [...found]
}

type AnyAgent = Agent

/**
 * The SDK's state as it may be stored: without the model's input, the context, the trace, what guardrails said about
 * the input, and what the API sent beside its answers (its replies repeat the instructions).
 */
export function scrubbed(state: Pick<RunState<unknown, Agent>, 'toJSON'>): Record<string, unknown> {
  const {
    currentTurnSessionInputItems: _session,
    lastModelResponse,
    modelResponses,
    ...kept
  } = state.toJSON() as Record<string, unknown>
  const bare = (response: unknown): unknown =>
    typeof response === 'object' && response !== null ? { ...response, providerData: undefined } : response
  return JSON.parse(
    JSON.stringify({
      ...kept,
      originalInput: [],
      trace: null,
      currentAgentSpan: undefined,
      inputGuardrailResults: [],
      context: { ...(kept.context as object), context: {} },
      modelResponses: Array.isArray(modelResponses) ? modelResponses.map(bare) : modelResponses,
      lastModelResponse: bare(lastModelResponse),
    }),
  ) as Record<string, unknown>
}

export const remainingMs = ({ expiresAtMs }: StoredApproval, { now }: TurnBase<unknown>): number =>
  expiresAtMs - now().getTime()
