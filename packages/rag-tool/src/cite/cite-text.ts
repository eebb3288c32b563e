import type { Annotation } from '@robolearn/chatkit-server-core'
import { CitedPart, type CitedPiece, type SourceOf } from './cited-part.ts'

/**
 * The same for a stream of plain text, of any framework: runs of text without marks, and an annotation where each stood.
 * Its `index` counts from the beginning of the stream, in UTF-16 code units of the text without marks.
 */
export async function* citeText(
  chunks: AsyncIterable<string>,
  sourceOf: SourceOf,
): AsyncGenerator<CitedText, void, undefined> {
  const part = new CitedPart(sourceOf)
  for await (const chunk of chunks) yield* part.write(chunk).map(toCitedText)
  yield* part.flush().map(toCitedText)
}

/** A run of text, never empty, or a citation at the end of all text before it. */
export type CitedText = { type: 'text'; text: string } | { type: 'citation'; annotation: Annotation }

const toCitedText = (piece: CitedPiece): CitedText =>
  'text' in piece ? { type: 'text', text: piece.text } : { type: 'citation', annotation: piece.annotation }
