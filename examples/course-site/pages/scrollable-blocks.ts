import type { Element, Root } from 'hast'
import { SKIP, visit } from 'unist-util-visit'

/**
 * A rehype plugin: what may be wider than a phone scrolls by itself instead of widening the page, and can be
 * scrolled by keyboard. Tables get a wrapper, since a table that is made a block loses its role.
 */
export function scrollableBlocks() {
  return (tree: Root): void => {
    visit(tree, 'element', (node, index, parent) => {
      if (node.tagName === 'pre') node.properties['tabIndex'] = 0
      if (node.tagName !== 'table' || parent === undefined || index === undefined) return
      const wrapper: Element = {
        type: 'element',
        tagName: 'div',
        properties: { className: ['table'], role: 'group', ariaLabel: 'Table', tabIndex: 0 },
        children: [node],
      }
      parent.children[index] = wrapper
      return SKIP
    })
  }
}
