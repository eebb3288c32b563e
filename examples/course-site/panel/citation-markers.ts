// The inner characters are for private use, so no text has them; the outer ones are punctuation, which Markdown
// allows beside `**` where a letter would break it.
const OPEN = '⦑\uE000'
const CLOSE = '\uE001⦒'
const MARKER = /⦑\uE000(\d+)\uE001⦒/g

/** A number at a place in Markdown text, in UTF-16 code units. */
export interface Mark {
  number: number
  index: number
}

const STRUCTURAL_LINE = /^\s*(?:`{3,}|~{3,}|(?:[-*_=]\s*){3,}$)/

// Where a mark may stand: right after the words it belongs to, and never where it would break a block.
function placeOf(text: string, index: number): { at: number; alone: boolean } {
  let at = Math.min(index, text.length)
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at -= 1
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
  if (STRUCTURAL_LINE.test(line)) return { at, alone: true }
  // A cell after the last bar of a table's row would be dropped.
  if (/^\s*\|.*\|$/.test(line)) at -= 1
  return { at, alone: false }
}

/** The text with a marker at each mark, to be found again in what Markdown makes of it. */
export function withMarkers(text: string, marks: readonly Mark[]): string {
  const plain = text.replaceAll(/[\uE000\uE001]/g, '\uFFFD')
  let marked = ''
  let from = 0
  for (const { number, index } of marks.toSorted((a, b) => a.index - b.index)) {
    const { at, alone } = placeOf(plain, index)
    const to = Math.max(at, from)
    const marker = `${OPEN}${number}${CLOSE}`
    marked += plain.slice(from, to) + (alone ? `\n\n${marker}\n\n` : marker)
    from = to
  }
  return marked + plain.slice(from)
}

export function withoutMarkers(text: string): string {
  return text.replaceAll(MARKER, '')
}

/** Puts `makeLink(number)` in the place of each marker below `root`. */
export function replaceMarkers(root: Node, makeLink: (number: number) => Node): void {
  const texts: Text[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) texts.push(walker.currentNode as Text)
  for (const node of texts) {
    const parts = node.data.split(MARKER)
    if (parts.length === 1) continue
    // A link cannot hold a link: what was swallowed by one is put behind it.
    const outer = node.parentElement?.closest('a')
    const links: Node[] = []
    const inside: (Node | string)[] = []
    for (const [place, part] of parts.entries()) {
      if (place % 2 === 0) inside.push(part)
      else if (outer) links.push(makeLink(Number(part)))
      else inside.push(makeLink(Number(part)))
    }
    node.replaceWith(...inside)
    outer?.after(...links)
  }
}
