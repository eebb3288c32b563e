/** A run of text, or a mark `【n】` with the code units that it takes. */
export type MarkPiece = { text: string } | { number: number; length: number }

const MARK = /【(\d{1,6})】/g
const POSSIBLE_BEGINNING = /【\d{0,6}$/

/**
 * Takes a text apart into runs of text and marks. `rest` is what may yet become a mark with the text to come; `final`
 * says that none comes.
 */
export function readMarks(text: string, final: boolean): { pieces: MarkPiece[]; rest: string } {
  const rest = final ? '' : (POSSIBLE_BEGINNING.exec(text)?.[0] ?? '')
  const settled = text.slice(0, text.length - rest.length)
  const pieces: MarkPiece[] = []
  let at = 0
  for (const match of settled.matchAll(MARK)) {
    if (match.index > at) pieces.push({ text: settled.slice(at, match.index) })
    pieces.push({ number: Number(match[1]), length: match[0].length })
    at = match.index + match[0].length
  }
  if (at < settled.length) pieces.push({ text: settled.slice(at) })
  return { pieces, rest }
}
