import type { RunStreamEvent } from '@openai/agents'
import type { Source, ThreadStreamEvent, TurnBase } from '@robolearn/chatkit-server-core'
import { EventQueue } from './event-queue.ts'
import type { WorkflowChange } from './workflow/open-workflow.ts'

/** What comes together in one stream: the SDK's events, and what tools and guardrails have to add. */
export type QueuedEvent =
  | { from: 'sdk'; event: RunStreamEvent }
  | { from: 'tool'; event: ThreadStreamEvent }
  | { from: 'workflow'; change: WorkflowChange }

/** A call that only the client can answer. */
export interface ClientCall {
  name: string
  arguments: Record<string, unknown>
  /** The model's id of the call; missing as long as it is not known. */
  callId?: string
}

/** What the agent of one turn, its tools and the stream of its answer share. */
export interface TurnRun {
  readonly turn: TurnBase<unknown>
  readonly queue: EventQueue<QueuedEvent>
  /** What the tools of this answer have cited and no message carries yet. */
  readonly sources: Source[]
  readonly clientCalls: ClientCall[]
  /** Tool calls of the answering agent under way, by call id: whether an agent answers it. */
  readonly running: Map<string, { isAgent: boolean }>
  /** Ends the SDK's run at once; nothing as long as it has not begun. */
  abort: () => void
}

// Beside the context and not on it: nothing of it can be serialised with the SDK's state.
const runs = new WeakMap<object, TurnRun>()

export function beginTurnRun(context: object, turn: TurnBase<unknown>): TurnRun {
  const run: TurnRun = {
    turn,
    queue: new EventQueue(),
    sources: [],
    clientCalls: [],
    running: new Map(),
    abort: () => {},
  }
  runs.set(context, run)
  return run
}

/** What belongs to a context that `createAgentContext` made. */
export function turnRunOf(context: object): TurnRun {
  const run = runs.get(context)
  if (!run) throw new TypeError('This is no context that createAgentContext() has made.')
  return run
}
