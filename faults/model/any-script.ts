import type { Random } from '../random.ts'
import type { Mode, Script } from './script.ts'

/** A script of one of the modes; everything else about it is as it comes. */
export function anyScript(
  random: Random,
  modes: readonly [Mode, ...Mode[]],
  fixed: Partial<Script> = {},
): Script {
  const tokens = random.between(5, 40)
  const withTool = random.chance(0.4)
  return {
    mode: random.pick(modes),
    tokens,
    everyMs: random.between(1, 8),
    ignoresSignal: random.chance(0.3),
    before: random.pick([[], [], ['workflow'], ['widget'], ['workflow', 'widget']]),
    seed: random.between(1, 1_000_000),
    ...(withTool
      ? { tool: { afterTokens: random.between(0, tokens - 1), takesMs: random.between(5, 60), times: 2 } }
      : {}),
    ...fixed,
  }
}
