import type { RunStreamEvent } from '@openai/agents'
import type { Source, TurnBase } from '@robolearn/chatkit-server-core'
import { createToolChannel, type ToolChannel } from './tool-channel.ts'

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
  readonly channel: ToolChannel
  /** What the tools of this answer have cited and no message carries yet. */
  readonly sources: Source[]
  readonly clientCalls: ClientCall[]
  /** Tool calls of the answering agent under way, by call id: whether an agent answers it. */
  readonly running: Map<string, { isAgent: boolean }>
  /** Told of every event of the SDK as soon as it has come. */
  observe: (event: RunStreamEvent) => void
  /** Ends the SDK's run at once, with this error. */
  interrupt: (error: Error) => void
  /** What has interrupted the run before anybody read it. */
  interruptedBy: Error | undefined
}

// Beside the context and not on it: nothing of it can be serialised with the SDK's state, or logged by a tool.
const runs = new WeakMap<object, TurnRun>()

export function beginTurnRun(context: object, turn: TurnBase<unknown>): TurnRun {
  const run: TurnRun = {
    turn,
    channel: createToolChannel(),
    sources: [],
    clientCalls: [],
    running: new Map(),
    observe: () => {},
    interrupt: (error) => {
      run.interruptedBy ??= error
    },
    interruptedBy: undefined,
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
