import { isHighSurrogate } from '../cut-text.ts'

const REPLACEMENT = '\uFFFD'

/** Without what a database refuses: half a surrogate pair, a NUL. */
export function wholeText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, REPLACEMENT).replaceAll('\0', REPLACEMENT)
}

/** As `wholeText`, but the first half of a pair at the end is held back: its other half may come with the next text. */
export function wholeBeginning(text: string): { text: string; heldBack: string } {
  const end = isHighSurrogate(text, text.length - 1) ? text.length - 1 : text.length
  return { text: wholeText(text.slice(0, end)), heldBack: text.slice(end) }
}
