import { highlightPassage } from './highlight-passage.ts'
import { readPassage } from './passage-url.ts'

const KEY = 'chat-passage'

/**
 * Makes the links below `root` lead to passages: in this page by scrolling (after `beforeScroll`, which may uncover
 * the page), in another by going there and scrolling then.
 */
export function followCitations(root: HTMLElement, beforeScroll: () => void): void {
  root.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
      return
    if (link.origin !== location.origin) return
    const passage = readPassage(link.hash)
    if (!passage) return
    if (link.pathname !== location.pathname) {
      // The browser hides the text fragment from the next page's script.
      sessionStorage.setItem(KEY, JSON.stringify({ path: link.pathname, hash: link.hash }))
      return
    }
    event.preventDefault()
    beforeScroll()
    if (highlightPassage(passage) && passage.anchor) history.pushState(null, '', `#${passage.anchor}`)
  })
}

/** Shows the passage that a citation on the page before led to, once. */
export function showAwaitedPassage(): void {
  const stored = sessionStorage.getItem(KEY)
  if (!stored) return
  sessionStorage.removeItem(KEY)
  const { path, hash } = JSON.parse(stored) as { path: string; hash: string }
  const passage = path === location.pathname ? readPassage(hash) : undefined
  if (passage) highlightPassage(passage)
}
