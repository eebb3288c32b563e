import type { Nodes, Parents } from 'mdast'

/** The number that a page shows for a footnote, by the footnote's identifier. */
export type FootnoteNumbers = ReadonlyMap<string, number>

// What stands between the parts of a node: blocks are on lines of their own, table cells set apart by spaces.
const SEPARATORS: Record<Parents['type'], string> = {
  root: '\n',
  blockquote: '\n',
  list: '\n',
  listItem: '\n',
  table: '\n',
  footnoteDefinition: '\n',
  tableRow: ' ',
  tableCell: '',
  paragraph: '',
  heading: '',
  emphasis: '',
  strong: '',
  delete: '',
  link: '',
  linkReference: '',
}

/** What a page shows of a node, without markup. Raw HTML is left out, as remark-rehype does unless told otherwise. */
export function visibleText(node: Nodes, footnotes: FootnoteNumbers): string {
  if ('children' in node)
    return node.children.map((child) => visibleText(child, footnotes)).join(SEPARATORS[node.type])
  if (node.type === 'text' || node.type === 'inlineCode' || node.type === 'code') return node.value
  if (node.type === 'break') return '\n'
  if (node.type === 'footnoteReference') return String(footnotes.get(node.identifier) ?? '')
  return ''
}
