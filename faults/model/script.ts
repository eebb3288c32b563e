/**
 * How the model behaves: a pause between tokens or none; silence after its tokens; a token now and then for ever; as
 * many tokens as are taken, for ever; a failure after its tokens.
 */
export type Mode = 'steady' | 'burst' | 'stuck' | 'dripping' | 'endless' | 'failing'

/** What one answer is to be. It travels as the text of the message that is answered. */
export interface Script {
  mode: Mode
  tokens: number
  /** The pause between tokens. */
  everyMs: number
  /** Whether it goes on after its signal has fired. */
  ignoresSignal: boolean
  /** What stands before the words: a workflow whose tasks grow, a widget whose text does. */
  before: ('workflow' | 'widget')[]
  /** A tool that is called after that many tokens, and how long it takes; called again for each of the times. */
  tool?: { afterTokens: number; takesMs: number; times: number }
  /** Decides about the words. */
  seed: number
}

export const scriptText = (script: Script): string => JSON.stringify(script)

export function parseScript(text: string): Script {
  // Written by `scriptText`, in the process that drives this one.
  return JSON.parse(text) as Script
}
