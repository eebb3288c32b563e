import type { Root } from 'mdast'
import { parseMarkdown, parseMarkdownPiece } from '../parse/parse-markdown.ts'
import { numberFootnotes, readSections } from '../parse/read-sections.ts'
import { collapseSpace, visibleText } from '../parse/visible-text.ts'
import { MAX_CHUNK_CHARS, splitBlock } from './split-block.ts'
import type { Span } from './span.ts'
import { textFragment } from './text-fragment.ts'

/** Goes up with every change to what chunks a text gives, so that what is stored is made anew. */
export const CHUNKER_VERSION = 1

export interface Chunk {
  /** Exactly `document.text.slice(range.start, range.end)`. */
  text: string
  range: Span
  headingPath: string[]
  anchor?: string
  /** What a page shows of `text`; what is searched. */
  visibleText: string
  textFragment?: string
}

export interface ChunkedText {
  /** The first heading of level one. */
  title?: string
  chunks: Chunk[]
}

/**
 * Cuts Markdown where its structure does: at headings, then blocks, then sentences. Neighbouring blocks of a section
 * share a chunk while they fit. Chunks do not overlap, and a heading itself is in the path of its chunks only.
 */
export function chunkMarkdown(text: string, language: string): ChunkedText {
  // The parser does not count a byte order mark, so the positions of what follows are its own.
  const shift = text.startsWith('\uFEFF') ? 1 : 0
  const body = text.slice(shift)
  const root = parseMarkdown(body)
  const footnotes = numberFootnotes(root)
  const { title, sections } = readSections(root, footnotes)
  const pageText = collapseSpace(visibleText(root, footnotes))
  const labels = definedLabels(root)
  const sentences = new Intl.Segmenter(language, { granularity: 'sentence' })

  const chunks: Chunk[] = []
  for (const { blocks, headingPath, anchor } of sections) {
    const spans = blocks.flatMap((block) => splitBlock(block, body, sentences))
    for (const { start, end } of pack(spans)) {
      const slice = body.slice(start, end)
      const piece = parseMarkdownPiece(withDefinitions(slice, labels))
      const visible = visibleText(piece, footnotes).trim()
      if (!visible) continue
      const fragment = textFragment(piece, pageText)
      chunks.push({
        text: slice,
        range: { start: start + shift, end: end + shift },
        headingPath,
        ...(anchor !== undefined && { anchor }),
        visibleText: visible,
        ...(fragment !== undefined && { textFragment: fragment }),
      })
    }
  }
  return { ...(title !== undefined && { title }), chunks }
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

function definedLabels(root: Root): string[] {
  const labels: string[] = []
  const visit = (node: Root | Root['children'][number]): void => {
    if (node.type === 'definition') labels.push(node.label ?? node.identifier)
    if (node.type === 'footnoteDefinition') labels.push(`^${node.label ?? node.identifier}`)
    if ('children' in node) node.children.forEach(visit)
  }
  visit(root)
  return labels
}

// Without its definition `[text][label]` would be read as shown with its brackets.
function withDefinitions(slice: string, labels: string[]): string {
  const folded = slice.toLowerCase()
  const used = labels.filter((label) => folded.includes(`[${label.toLowerCase()}]`))
  const definitions = used.map((label) => (label.startsWith('^') ? `[${label}]:` : `[${label}]: #`))
  return [slice, ...definitions].join('\n\n')
}
