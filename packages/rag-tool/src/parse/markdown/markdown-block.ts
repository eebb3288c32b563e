import type { RootContent } from 'mdast'
import type { Span } from '../../chunk/span.ts'
import type { Block } from '../../chunk/split-block.ts'
import { checkDepth } from '../parse-limits.ts'

const NOT_SHOWN: ReadonlySet<RootContent['type']> = new Set(['html', 'definition', 'thematicBreak', 'yaml'])

/** How a block of a Markdown tree may be cut; nothing for what a page does not show. `shift` is added to its positions. */
export function markdownBlock(node: RootContent, shift: number, depth = 1): Block | undefined {
  checkDepth(depth)
  if (NOT_SHOWN.has(node.type)) return undefined
  const span = spanOf(node, shift)
  if (node.type === 'code' || node.type === 'table') return { span, kind: 'whole' }
  if (node.type === 'paragraph' || node.type === 'heading' || !('children' in node)) {
    // Links, emphasis and code are not cut.
    const marked = 'children' in node ? node.children.filter(({ type }) => type !== 'text') : []
    return { span, kind: 'sentences', uncut: marked.map((child) => spanOf(child, shift)) }
  }
  const parts = node.children.map((child) => markdownBlock(child, shift, depth + 1))
  return { span, kind: 'parts', parts: parts.filter((part) => part !== undefined) }
}

function spanOf({ type, position }: RootContent, shift: number): Span {
  if (position?.start.offset === undefined || position.end.offset === undefined)
    throw new Error(`A ${type} has no position; trees that were not parsed from text cannot be cut.`)
  return { start: position.start.offset + shift, end: position.end.offset + shift }
}
