import type { Nodes, Paragraph, Root } from 'mdast'
import { textFragment } from '../../chunk/text-fragment.ts'
import { collapseSpace } from '../collapse-space.ts'
import { checkMarkers } from '../parse-limits.ts'
import type { ParsedText } from '../parsed-text.ts'
import { markdownBlock } from './markdown-block.ts'
import { parseMarkdown, parseMarkdownPiece } from './parse-markdown.ts'
import { numberFootnotes, readOutline } from './read-outline.ts'
import { visibleText, type FootnoteNumbers } from './visible-text.ts'

/** Reads Markdown. Its readable text is the source itself. */
export function readMarkdown(text: string): ParsedText {
  checkMarkers(text)
  // The parser does not count a byte order mark, so the positions of what follows are its own.
  const shift = text.startsWith('\uFEFF') ? 1 : 0
  const root = parseMarkdown(text.slice(shift))
  const footnotes = numberFootnotes(root)
  const { title, sections } = readOutline(root, footnotes)
  const pageText = collapseSpace(visibleText(root, footnotes))
  const labels = definedLabels(root)
  return {
    text,
    ...(title !== undefined && { title }),
    sections: sections.map(({ nodes, ...place }) => ({
      ...place,
      blocks: nodes.map((node) => markdownBlock(node, shift)).filter((block) => block !== undefined),
    })),
    show({ start, end }) {
      const piece = parseMarkdownPiece(withDefinitions(text.slice(start, end), labels))
      const fragment = textFragment(firstParagraph(piece, footnotes), pageText)
      return {
        visibleText: visibleText(piece, footnotes).trim(),
        ...(fragment !== undefined && { textFragment: fragment }),
      }
    },
  }
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

/** What a browser can match in one piece: up to a line break, an image or the number of a footnote. */
function firstParagraph(piece: Root, footnotes: FootnoteNumbers): string {
  const paragraph = findParagraph(piece)
  if (!paragraph) return ''
  const stop = paragraph.children.findIndex(({ type }) =>
    ['break', 'image', 'imageReference', 'footnoteReference'].includes(type),
  )
  const children = stop < 0 ? paragraph.children : paragraph.children.slice(0, stop)
  return visibleText({ type: 'paragraph', children }, footnotes)
}

function findParagraph(node: Nodes): Paragraph | undefined {
  if (node.type === 'paragraph') return node
  if (node.type === 'footnoteDefinition' || !('children' in node)) return undefined
  for (const child of node.children) {
    const found = findParagraph(child)
    if (found) return found
  }
  return undefined
}
