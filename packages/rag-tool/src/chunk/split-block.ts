import type { Paragraph, RootContent } from 'mdast'
import { cutSpan, trimSpan, type Span } from './span.ts'

/** The most that a chunk of running text holds. */
export const MAX_CHUNK_CHARS = 1_200
/** Code and tables stay whole up to here, and are cut behind a line beyond. */
const MAX_WHOLE_CHARS = 8_000

const NOT_SHOWN: ReadonlySet<RootContent['type']> = new Set(['html', 'definition', 'thematicBreak', 'yaml'])

/** Cuts a block of a Markdown tree into spans that fit into a chunk: nothing for what a page does not show. */
export function splitBlock(block: RootContent, text: string, sentences: Intl.Segmenter): Span[] {
  const span = spanOf(block)
  if (NOT_SHOWN.has(block.type)) return []
  if (block.type === 'code' || block.type === 'table') return cutSpan(text, span, MAX_WHOLE_CHARS, '\n')
  if (span.end - span.start <= MAX_CHUNK_CHARS) return [span]
  if (block.type === 'paragraph') return splitSentences(block, text, sentences)
  if (!('children' in block)) return cutSpan(text, span, MAX_CHUNK_CHARS, ' ')
  const [first, ...rest] = block.children.flatMap((child) => splitBlock(child, text, sentences))
  if (!first) return []
  // The marker of a list item or a quotation belongs to its first piece, where there is room.
  const withMarker = { start: span.start, end: first.end }
  return [withMarker.end - withMarker.start <= MAX_CHUNK_CHARS ? withMarker : first, ...rest]
}

function splitSentences(paragraph: Paragraph, text: string, sentences: Intl.Segmenter): Span[] {
  const { start, end } = spanOf(paragraph)
  // Links, emphasis and code are not cut.
  const whole = paragraph.children.filter((child) => child.type !== 'text').map(spanOf)
  // The segmenter takes the end of a line for the end of a sentence; a wrapped paragraph goes on.
  const line = text.slice(start, end).replace(/[\r\n]/g, ' ')
  const spans: Span[] = []
  let from = start
  for (const { index, segment } of sentences.segment(line)) {
    const cut = start + index + segment.length
    if (cut < end && whole.some((child) => child.start < cut && cut < child.end)) continue
    spans.push(...cutSpan(text, trimSpan(text, { start: from, end: cut }), MAX_CHUNK_CHARS, ' '))
    from = cut
  }
  return spans
}

function spanOf(node: RootContent): Span {
  const { position } = node
  if (position?.start.offset === undefined || position.end.offset === undefined)
    throw new Error(`A ${node.type} has no position; trees that were not parsed from text cannot be cut.`)
  return { start: position.start.offset, end: position.end.offset }
}
