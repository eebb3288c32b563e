import { cutQuote } from './cut-quote.ts'

/** What is marked in the page's text. */
export interface PageSelection {
  text: string
  range: Range
}

export interface SelectionWatch {
  current: () => PageSelection | undefined
  clear: () => void
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
 * field has a selection of its own.
 */
export function watchSelection(
  panel: HTMLElement,
  onChange: (selection?: PageSelection) => void,
): SelectionWatch {
  let current: PageSelection | undefined

  function set(next: PageSelection | undefined): void {
    if (next === undefined && current === undefined) return
    current = next
    onChange(next)
  }

  document.addEventListener('selectionchange', () => {
    const next = readSelection()
    const anchor = getSelection()?.anchorNode
    const isInPanel = panel.contains(document.activeElement) || (anchor && panel.contains(anchor))
    if (next || !isInPanel) set(next)
  })

  return { current: () => current, clear: () => set(undefined) }
}
