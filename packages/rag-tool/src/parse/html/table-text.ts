import type { Element } from 'hast'
import { collapseSpace } from '../collapse-space.ts'
import { isElement, isHidden } from './elements.ts'
import { shownText } from './shown-text.ts'

/** A table as text: a line for each row, a tab between cells. */
export function tableText(table: Element): string {
  const lines: string[] = []
  for (const part of table.children.filter(isElement)) {
    if (part.tagName === 'caption') lines.push(collapseSpace(shownText(part)))
    for (const row of part.tagName === 'tr' ? [part] : part.children.filter(isElement)) {
      if (row.tagName !== 'tr' || isHidden(row)) continue
      const cells = row.children.filter(isElement).map((cell) => collapseSpace(shownText(cell)))
      lines.push(cells.join('\t').trimEnd())
    }
  }
  return lines.filter(Boolean).join('\n')
}
