import type { Span } from '../chunk/span.ts'
import type { ParsedText } from './parsed-text.ts'

/** Reads a text without markup: its paragraphs are what stands between empty lines. */
export function readPlainText(text: string): ParsedText {
  return {
    text,
    sections: [
      {
        headingPath: [],
        blocks: paragraphsOf(text).map((span) => ({ span, kind: 'sentences', uncut: [] })),
      },
    ],
    show: ({ start, end }) => ({ visibleText: text.slice(start, end) }),
  }
}

/** The runs of lines that are not empty; `from` and `to` bound the part of the text that is looked at. */
export function paragraphsOf(text: string, from = 0, to = text.length): Span[] {
  const paragraphs: Span[] = []
  let open: Span | undefined
  for (let at = from; at < to;) {
    const feed = text.indexOf('\n', at)
    const lineEnd = feed < 0 || feed >= to ? to : feed
    const line = text.slice(at, lineEnd)
    // A byte order mark counts as white space.
    const shown = line.trim()
    if (shown === '') open = undefined
    else {
      const end = at + line.trimEnd().length
      if (open) open.end = end
      else paragraphs.push((open = { start: at + line.length - line.trimStart().length, end }))
    }
    at = lineEnd + 1
  }
  return paragraphs
}
