import type { Element, Nodes, Parents } from 'hast'
import { fromHtml } from 'hast-util-from-html'
import { textFragment } from '../../chunk/text-fragment.ts'
import { collapseSpace } from '../collapse-space.ts'
import { checkDepth } from '../parse-limits.ts'
import type { ParsedText } from '../parsed-text.ts'
import { isBlock, isBoilerplate, isElement, isHidden, isMainContent, isPermalink } from './elements.ts'
import { ReadableText } from './readable-text.ts'
import { shownText } from './shown-text.ts'
import { tableText } from './table-text.ts'

const TIGHT = new Set(['li', 'dt', 'dd', 'summary', 'figcaption', 'caption'])
const UNCUT = new Set(['a', 'b', 'code', 'em', 'i', 'kbd', 'math', 'samp', 'strong', 'var'])

/**
 * Reads a page: what stands in its `<main>` or its only `<article>`, else in its body, without menus, headers, footers
 * and what is hidden.
 */
export function readHtml(html: string): ParsedText {
  const tree = fromHtml(html)
  const elements = allElements(tree)
  const content = contentOf(elements)
  const readable = new ReadableText()
  const reader = new PageReader(readable, content !== undefined)
  reader.read(content ?? tree, 1)
  readable.endRun()

  const { text, sections, lines } = readable
  const title = reader.title || collapseSpace(elements.filter(isTitle).map(textOf)[0] ?? '')
  const language = elements.find(({ tagName }) => tagName === 'html')?.properties.lang
  const pageText = collapseSpace(shownText(tree))
  return {
    text,
    ...(title && { title }),
    ...(typeof language === 'string' && language && { language }),
    sections,
    show({ start, end }) {
      const line = lines.find((one) => one.end > start)
      const shown =
        line && line.start < end ? text.slice(Math.max(line.start, start), Math.min(line.end, end)) : ''
      const fragment = textFragment(shown, pageText)
      return {
        visibleText: text.slice(start, end),
        ...(fragment !== undefined && { textFragment: fragment }),
      }
    },
  }
}

class PageReader {
  title = ''
  readonly #readable: ReadableText
  readonly #inContent: boolean
  // The id of an element that nothing was read of yet: a heading that comes now is what it names.
  #named: { id: string; position: number } | undefined
  #tight = false

  constructor(readable: ReadableText, inContent: boolean) {
    this.#readable = readable
    this.#inContent = inContent
  }

  read(node: Nodes, depth: number): void {
    checkDepth(depth)
    if (node.type === 'text') this.#readable.append(node.value)
    else if (node.type === 'element') this.#readElement(node, depth)
    else if ('children' in node) this.#readChildren(node, depth)
  }

  #readElement(element: Element, depth: number): void {
    const { tagName } = element
    const readable = this.#readable
    if (isHidden(element) || isBoilerplate(element, this.#inContent)) return
    const id = idOf(element)
    if (id) this.#named = { id, position: readable.position }
    if (tagName === 'br') readable.breakLine()
    else if (/^h[1-6]$/.test(tagName)) this.#readHeading(element)
    else if (tagName === 'pre' || (tagName === 'table' && !isLayout(element))) {
      readable.endRun(this.#tight)
      readable.addWhole(tagName === 'pre' ? shownText(element) : tableText(element))
    } else if (isBlock(element)) {
      const around = this.#tight
      readable.endRun(around)
      this.#tight = TIGHT.has(tagName)
      this.#readChildren(element, depth)
      readable.endRun(this.#tight)
      this.#tight = around
    } else if (UNCUT.has(tagName)) readable.appendUncut(() => this.#readChildren(element, depth))
    else this.#readChildren(element, depth)
  }

  #readHeading(heading: Element): void {
    this.#readable.endRun()
    const shown = {
      ...heading,
      children: heading.children.filter((child) => !isElement(child) || !isPermalink(child)),
    }
    const text = collapseSpace(shownText(shown))
    const before = this.#named?.position === this.#readable.position ? this.#named.id : undefined
    const inside = allElements(heading).map(idOf).find(Boolean)
    const level = Number(heading.tagName.slice(1))
    if (level === 1) this.title ||= text
    this.#readable.startSection(level, text, inside ?? before)
  }

  #readChildren(parent: Parents, depth: number): void {
    for (const child of parent.children) this.read(child, depth + 1)
  }
}

const isTitle = ({ tagName }: Element): boolean => tagName === 'title'

// `shownText` leaves titles out, as a page does.
const textOf = ({ children }: Element): string => children.map((child) => shownText(child)).join('')

function idOf({ tagName, properties }: Element): string {
  const named = properties.id ?? (tagName === 'a' ? properties.name : undefined)
  return typeof named === 'string' ? named : ''
}

/** In the order of the page, this one included. */
function allElements(node: Nodes, depth = 1, found: Element[] = []): Element[] {
  checkDepth(depth)
  if (isElement(node)) found.push(node)
  if ('children' in node) for (const child of node.children) allElements(child, depth + 1, found)
  return found
}

function contentOf(elements: Element[]): Element | undefined {
  const main = elements.find((element) => isMainContent(element) && !isHidden(element))
  const articles = elements.filter(({ tagName }) => tagName === 'article')
  return main ?? (articles.length === 1 ? articles[0] : undefined)
}

/** Whether a table sets out a page and not data. */
function isLayout(table: Element): boolean {
  const { role } = table.properties
  const parts = allElements(table).slice(1)
  return (
    role === 'presentation' ||
    role === 'none' ||
    parts.some(({ tagName }) => tagName === 'table' || /^h[1-6]$/.test(tagName))
  )
}
