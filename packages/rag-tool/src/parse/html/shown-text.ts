import type { Nodes } from 'hast'
import { checkDepth } from '../parse-limits.ts'
import { isBlock, isHidden } from './elements.ts'

/** What a browser shows of a part of a page: blocks and lines apart, white space otherwise as in the source. */
export function shownText(node: Nodes, depth = 1): string {
  checkDepth(depth)
  if (node.type === 'text') return node.value
  if (!('children' in node)) return ''
  if (node.type === 'element') {
    if (isHidden(node)) return ''
    if (node.tagName === 'br') return '\n'
  }
  const inner = node.children.map((child) => shownText(child, depth + 1)).join('')
  return node.type === 'element' && isBlock(node) ? `\n${inner}\n` : inner
}
