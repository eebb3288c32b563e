import type { ThreadStreamEvent } from './protocol/events.ts'
import type { TurnBase } from './turn.ts'

/** What `transformOutput` is told of the turn: one and the same object for all of it, fit to keep notes by. */
export type OutputTurn<TContext> = Omit<TurnBase<TContext>, 'run' | 'store'>

/**
 * Sees everything that an answer says before it is stored or sent: gives the event as it is, a changed one, or
 * undefined to drop it. See `ChatKitServerOptions.transformOutput`.
 */
export type TransformOutput<TContext> = (
  event: ThreadStreamEvent,
  turn: OutputTurn<TContext>,
) => ThreadStreamEvent | undefined | Promise<ThreadStreamEvent | undefined>
