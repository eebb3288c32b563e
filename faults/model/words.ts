import type { Random } from '../random.ts'

const WORDS = [
  'servo ',
  'torque ',
  'روبوٹ ',
  'زاویہ ',
  'سیکھنا ',
  '🤖 ',
  '👩🏽‍🔧 ',
  '🇵🇰 ',
  'naïve ',
  'Ω·m ',
  '"quoted" ',
  'back\\slash ',
  'line\nbreak ',
  '\u2028',
] as const

/** The tokens of an answer. Some end in the middle of a character, and the next one begins with its rest. */
export function* tokens(random: Random): Generator<string, never, undefined> {
  for (;;) {
    const word = random.pick(WORDS)
    if (/[\ud800-\udbff]/.test(word) && random.chance(0.3)) {
      yield word.slice(0, 1)
      yield word.slice(1)
    } else yield word
  }
}
