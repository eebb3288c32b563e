import { cutQuote } from './cut-quote.ts'

/** What is marked in the page's text. */
export interface PageSelection {
  text: string
  range: Range
}

export interface SelectionWatch {
  current: () => PageSelection | undefined
}

const parentOf = (node: Node): Element | null => (node instanceof Element ? node : node.parentElement)

function readSelection(): PageSelection | undefined {
  const selection = getSelection()
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined
  const range = selection.getRangeAt(0)
  if (!parentOf(range.commonAncestorContainer)?.closest('main')) return undefined
  const text = cutQuote(selection.toString())
  return text === '' ? undefined : { text, range }
}

/**
 * Follows what is marked in `main`. It outlasts a move into `panel`, where the question about it is written and a
 * field has a selection of its own: then it is no longer `live`.
 */
export function watchSelection(
  panel: HTMLElement,
  onChange: (selection: PageSelection | undefined, live: boolean) => void,
): SelectionWatch {
  let current: PageSelection | undefined

  document.addEventListener('selectionchange', () => {
    const next = readSelection()
    const had = current !== undefined
    if (next || !panel.contains(document.activeElement)) current = next
    if (had || next) onChange(current, next !== undefined)
  })

  return { current: () => current }
}
