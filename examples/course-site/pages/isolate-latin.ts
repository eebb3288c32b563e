import type { Element, ElementContent, Root } from 'hast'
import { SKIP, visit } from 'unist-util-visit'

// Latin words with what joins them and the numbers that belong to them: "ROS 2", "map → odom".
const LATIN =
  /\p{Script=Latin}[\p{Script=Latin}\p{M}\p{N}'’./+-]*(?:[ \u00A0](?=[\p{Script=Latin}\p{N}])[\p{Script=Latin}\p{M}\p{N}'’./+-]+)*/gu

/**
 * Sets Latin words apart in a text that is written from right to left, so that the signs around them stay in their
 * places and a reader for the blind changes its voice. Code is left to right as a whole.
 */
export function isolateLatin(tree: Root): void {
  visit(tree, 'element', (node) => {
    if (node.tagName === 'pre' || node.tagName === 'code') {
      node.properties['dir'] = 'ltr'
      return SKIP
    }
    // Made below, a moment ago.
    if (node.tagName === 'bdi') return SKIP
    node.children = node.children.flatMap((child) => (child.type === 'text' ? split(child.value) : [child]))
    return undefined
  })
}

function split(text: string): ElementContent[] {
  const parts: ElementContent[] = []
  let at = 0
  for (const { 0: latin, index } of text.matchAll(LATIN)) {
    if (index > at) parts.push({ type: 'text', value: text.slice(at, index) })
    parts.push(isolated(latin))
    at = index + latin.length
  }
  if (at < text.length) parts.push({ type: 'text', value: text.slice(at) })
  return parts
}

const isolated = (value: string): Element => ({
  type: 'element',
  tagName: 'bdi',
  properties: { lang: 'en', dir: 'ltr' },
  children: [{ type: 'text', value }],
})
