import { cutSpan, trimSpan, type Span } from './span.ts'

/** The most that a chunk of running text holds. */
export const MAX_CHUNK_CHARS = 1_200
/** Code and tables stay whole up to here, and are cut behind a line beyond. */
const MAX_WHOLE_CHARS = 8_000

/** A part of a text that stays in one chunk where it can. */
export type Block = { span: Span } & (
  | { kind: 'whole' }
  /** Cut between sentences, and never inside of `uncut` (links, emphasis), which is sorted. */
  | { kind: 'sentences'; uncut: Span[] }
  | { kind: 'parts'; parts: Block[] }
)

/** Cuts a block into spans that fit into a chunk. */
export function splitBlock(block: Block, text: string, sentences: Intl.Segmenter): Span[] {
  const { kind, span } = block
  if (kind === 'whole') return cutSpan(text, span, MAX_WHOLE_CHARS, '\n')
  if (span.end - span.start <= MAX_CHUNK_CHARS) return [span]
  if (kind === 'sentences') return splitSentences(block.uncut, span, text, sentences)
  const [first, ...rest] = block.parts.flatMap((part) => splitBlock(part, text, sentences))
  if (!first) return []
  // The marker of a list item or a quotation belongs to its first piece, where there is room.
  const withMarker = { start: span.start, end: first.end }
  return [withMarker.end - withMarker.start <= MAX_CHUNK_CHARS ? withMarker : first, ...rest]
}

function splitSentences(
  uncut: readonly Span[],
  { start, end }: Span,
  text: string,
  sentences: Intl.Segmenter,
): Span[] {
  // The segmenter takes the end of a line for the end of a sentence; a wrapped paragraph goes on.
  const line = text.slice(start, end).replace(/[\r\n]/g, ' ')
  const spans: Span[] = []
  let from = start
  let next = 0
  for (const { index, segment } of sentences.segment(line)) {
    const cut = start + index + segment.length
    while ((uncut[next]?.end ?? Infinity) <= cut) next += 1
    if (cut < end && (uncut[next]?.start ?? Infinity) < cut) continue
    spans.push(...cutSpan(text, trimSpan(text, { start: from, end: cut }), MAX_CHUNK_CHARS, ' '))
    from = cut
  }
  return spans
}
