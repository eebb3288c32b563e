import type { ThreadStreamEvent } from '../protocol/events.ts'
import { textStream } from '../text-stream.ts'
import type { Turn } from '../turn.ts'

/** What a scripted answer does: says a text, says it in parts, throws an error, or whatever a function yields. */
export type ScriptedTurn<TContext> =
  | string
  | readonly string[]
  | Error
  | ((turn: Turn<TContext>) => AsyncIterable<ThreadStreamEvent>)

export interface ScriptedResponder<TContext> {
  /** For `respond()` of a server in a test. */
  respond: (turn: Turn<TContext>) => AsyncGenerator<ThreadStreamEvent>
  /** The turns that were answered so far, in their order. */
  turns: readonly Turn<TContext>[]
}

/**
 * A stand-in for a model: answers one turn after the other as the script says. A turn beyond its end fails, so that
 * a test notices an answer that it did not expect.
 */
export function scriptedResponder<TContext>(
  script: Iterable<ScriptedTurn<TContext>>,
): ScriptedResponder<TContext> {
  const left = [...script]
  const turns: Turn<TContext>[] = []
  return {
    turns,
    respond: async function* (turn) {
      turns.push(turn)
      const next = left.shift()
      if (next === undefined) throw new Error(`The script has no turn ${turns.length}.`)
      if (next instanceof Error) throw next
      if (typeof next === 'function') yield* next(turn)
      else yield* textStream(turn, typeof next === 'string' ? [next] : next)
    },
  }
}
