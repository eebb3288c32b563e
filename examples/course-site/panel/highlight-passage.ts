import { findAnchor, findPassage } from './find-passage.ts'
import type { Passage } from './passage-url.ts'

/** Named in the style sheet as `::highlight(cited-passage)`. */
const HIGHLIGHT = 'cited-passage'
const CLASS = 'cited-block'
const BLOCK = 'p, li, pre, td, th, blockquote, h1, h2, h3, h4, h5, h6'

function mark(range: Range | undefined, block: HTMLElement): void {
  for (const marked of document.querySelectorAll(`.${CLASS}`)) marked.classList.remove(CLASS)
  const canHighlight = typeof Highlight === 'function' && 'highlights' in CSS
  if (canHighlight) CSS.highlights.delete(HIGHLIGHT)
  if (range && canHighlight) CSS.highlights.set(HIGHLIGHT, new Highlight(range))
  else block.classList.add(CLASS)
}

// A paragraph can take focus only for as long as it has it, so that the tab order stays as it was.
function focusOn(block: HTMLElement): void {
  if (block.tabIndex < 0 && !block.hasAttribute('tabindex')) {
    block.tabIndex = -1
    block.addEventListener('blur', () => block.removeAttribute('tabindex'), { once: true })
  }
  block.focus({ preventScroll: true })
}

/**
 * Scrolls to a passage of this page, highlights it and moves the focus there. When its words are not found its
 * heading takes their place; `false` when the page has neither.
 */
export function highlightPassage(passage: Passage): boolean {
  const main = document.querySelector('main')
  if (!main) return false
  const range = findPassage(main, passage)
  const block =
    range?.startContainer.parentElement?.closest<HTMLElement>(BLOCK) ?? findAnchor(main, passage.anchor)
  if (!block) return false
  mark(range, block)
  focusOn(block)
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  block.scrollIntoView({ block: range ? 'center' : 'start', behavior: calm ? 'instant' : 'smooth' })
  return true
}
