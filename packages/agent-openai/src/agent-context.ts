import type { Thread, Turn } from '@robolearn/chatkit-server-core'

/** What tools find as `context` in the SDK's `RunContext`. */
export interface AgentContext<TContext = unknown> {
  /** The thread that is being answered; changing its title or metadata in place saves them. */
  readonly thread: Thread
  /** What `authenticate` returned: who is asking. */
  readonly requestContext: TContext
  /** Fires when the answer is no longer wanted. */
  readonly signal: AbortSignal
}

/**
 * The turn as tools may see it. A plain object whose members are not enumerable: the SDK serialises its context
 * with the state of a run and into traces, and finds `{}` there instead of sessions and secrets.
 */
export function createAgentContext<TContext>(
  turn: Pick<Turn<TContext>, 'thread' | 'context' | 'signal'>,
): AgentContext<TContext> {
  const members: AgentContext<TContext> = {
    thread: turn.thread,
    requestContext: turn.context,
    signal: turn.signal,
  }
  const hidden = Object.entries(members).map(([name, value]) => [name, { value, enumerable: false }])
  return Object.defineProperties({}, Object.fromEntries(hidden)) as AgentContext<TContext>
}
