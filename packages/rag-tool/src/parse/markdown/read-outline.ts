import GithubSlugger from 'github-slugger'
import type { Nodes, Root, RootContent } from 'mdast'
import { collapseSpace } from '../collapse-space.ts'
import { visibleText, type FootnoteNumbers } from './visible-text.ts'

/** The blocks between a heading and the next one. */
interface MarkdownSection {
  headingPath: string[]
  /** The `id` that rehype-slug gives the nearest heading. */
  anchor?: string
  nodes: RootContent[]
}

interface Outline {
  /** The first heading of level one. */
  title?: string
  sections: MarkdownSection[]
}

export function readOutline(root: Root, footnotes: FootnoteNumbers): Outline {
  const slugger = new GithubSlugger()
  let current: MarkdownSection = { headingPath: [], nodes: [] }
  const outline: Outline = { sections: [current] }
  const open: { depth: number; text: string }[] = []
  for (const block of root.children) {
    if (block.type === 'footnoteDefinition') {
      // A page shows it at its end: no heading leads to it, and no chunk goes on across it.
      const { headingPath, anchor } = current
      current = { headingPath, ...(anchor !== undefined && { anchor }), nodes: [] }
      outline.sections.push({ headingPath, nodes: [block] }, current)
    } else if (block.type === 'heading') {
      const shown = visibleText(block, footnotes)
      const text = collapseSpace(shown)
      const anchor = slugger.slug(shown)
      while ((open.at(-1)?.depth ?? 0) >= block.depth) open.pop()
      open.push({ depth: block.depth, text })
      if (block.depth === 1 && text) outline.title ??= text
      const headingPath = open.map((heading) => heading.text).filter(Boolean)
      current = { headingPath, ...(anchor && { anchor }), nodes: [] }
      outline.sections.push(current)
    } else {
      passHeadings(block, slugger, footnotes)
      current.nodes.push(block)
    }
  }
  return outline
}

// A heading inside a quotation or a list begins no section, but takes its slug from the later ones.
function passHeadings(node: Nodes, slugger: GithubSlugger, footnotes: FootnoteNumbers): void {
  if (node.type === 'heading') slugger.slug(visibleText(node, footnotes))
  else if (node.type !== 'footnoteDefinition' && 'children' in node)
    for (const child of node.children) passHeadings(child, slugger, footnotes)
}

/** Numbers footnotes as a page does: by their first mention outside of footnotes. */
export function numberFootnotes(root: Root): FootnoteNumbers {
  const numbers = new Map<string, number>()
  const visit = (node: Nodes): void => {
    if (node.type === 'footnoteReference' && !numbers.has(node.identifier))
      numbers.set(node.identifier, numbers.size + 1)
    if (node.type !== 'footnoteDefinition' && 'children' in node) node.children.forEach(visit)
  }
  visit(root)
  return numbers
}
