import type { Page, ParsedText } from '../parse/parsed-text.ts'
import type { Span } from './span.ts'
import { MAX_CHUNK_CHARS, splitBlock } from './split-block.ts'

/** Goes up with every change to what chunks a document gives, so that what is stored is made anew. */
export const CHUNKER_VERSION = 2

export interface Chunk {
  /** Exactly the slice of the document's readable text at `range`. */
  text: string
  range: Span
  headingPath: string[]
  anchor?: string
  page?: Page
  /** What a page shows of `text`; what is searched. */
  visibleText: string
  textFragment?: string
}

/**
 * Cuts a text where its structure does: at headings and pages, then blocks, then sentences. Neighbouring blocks of a
 * section share a chunk while they fit. Chunks do not overlap, and a heading itself is in the path of its chunks only.
 */
export function chunkText({ text, sections, show }: ParsedText, language: string): Chunk[] {
  const sentences = new Intl.Segmenter(language, { granularity: 'sentence' })
  const chunks: Chunk[] = []
  for (const { blocks, ...place } of sections)
    for (const range of pack(blocks.flatMap((block) => splitBlock(block, text, sentences)))) {
      const shown = show(range)
      if (shown.visibleText)
        chunks.push({ text: text.slice(range.start, range.end), range, ...place, ...shown })
    }
  return chunks
}

function pack(spans: Span[]): Span[] {
  const packed: Span[] = []
  for (const span of spans) {
    const last = packed.at(-1)
    if (last && span.end - last.start <= MAX_CHUNK_CHARS) last.end = span.end
    else packed.push({ ...span })
  }
  return packed
}
