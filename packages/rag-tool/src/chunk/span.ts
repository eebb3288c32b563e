/** A part of a text, in UTF-16 code units; `end` is not part of it. */
export interface Span {
  start: number
  end: number
}

/** Cuts a span into pieces of at most `maxChars`, each as long as possible, preferably behind a `separator`. */
export function cutSpan(text: string, span: Span, maxChars: number, separator: '\n' | ' '): Span[] {
  const pieces: Span[] = []
  let { start } = span
  while (span.end - start > maxChars) {
    const window = text.slice(start, start + maxChars)
    const cut = window.lastIndexOf(separator) + 1
    // Else between two characters: never inside one that takes several code units.
    const end =
      start +
      (cut > maxChars / 2 ? cut : lastWholeCharacter(window, text.slice(start, start + maxChars + 64)))
    pieces.push({ start, end })
    start = end
  }
  pieces.push({ start, end: span.end })
  return pieces.map((piece) => trimSpan(text, piece)).filter((piece) => piece.end > piece.start)
}

export function trimSpan(text: string, { start, end }: Span): Span {
  const slice = text.slice(start, end)
  return {
    start: start + (slice.length - slice.trimStart().length),
    end: end - (slice.length - slice.trimEnd().length),
  }
}

function lastWholeCharacter(window: string, lookahead: string): number {
  const at = new Intl.Segmenter().segment(lookahead).containing(window.length)?.index
  return at === undefined || at === 0 ? window.length : at
}
