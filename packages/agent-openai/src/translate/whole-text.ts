import { isHighSurrogate } from '../cut-text.ts'

const REPLACEMENT = '\uFFFD'

/** Without what a database refuses: half a surrogate pair, a NUL. */
export function wholeText(text: string): string {
  // Nearly every text is whole, and there is one for each word of an answer.
  if (text.isWellFormed() && !text.includes('\0')) return text
  return text.toWellFormed().replaceAll('\0', REPLACEMENT)
}

/** As `wholeText`, but the first half of a pair at the end is held back: its other half may come with the next text. */
export function wholeBeginning(text: string): { text: string; heldBack: string } {
  const end = isHighSurrogate(text, text.length - 1) ? text.length - 1 : text.length
  return { text: wholeText(text.slice(0, end)), heldBack: text.slice(end) }
}
