/** What is looked at of what the parser gives for a page. */
interface PageContent {
  items: (TextItem | { type: string })[]
}

interface TextItem {
  str: string
  hasEOL: boolean
  height: number
  /** A matrix; its last number is the height above the foot of the page. */
  transform: number[]
}

/** Lines further apart than this many times their height belong to different paragraphs. */
const PARAGRAPH_GAP = 1.7

/** The text of a page, a line for each printed one, with an empty line between paragraphs. */
export function pageText({ items }: PageContent): string {
  const lines: string[] = []
  let line = ''
  let top: TextItem | undefined
  let above: TextItem | undefined
  for (const item of items) {
    if (!('str' in item)) continue
    line += item.str
    if (item.str.trim()) top ??= item
    if (!item.hasEOL) continue
    if (above && top && isApart(above, top)) lines.push('')
    lines.push(line.trim())
    above = top ?? above
    top = undefined
    line = ''
  }
  if (above && top && isApart(above, top)) lines.push('')
  lines.push(line.trim())
  return storable(lines.join('\n').trim())
}

function isApart(above: TextItem, below: TextItem): boolean {
  const distance = (above.transform[5] ?? 0) - (below.transform[5] ?? 0)
  return Math.abs(distance) > PARAGRAPH_GAP * Math.max(above.height, below.height, 1)
}

/** A PDF can hold what PostgreSQL cannot: NUL, and halves of characters. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
