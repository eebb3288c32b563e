import { element } from './element.ts'
import { icon } from './icon.ts'

export interface EndFollower {
  /** Holds the button that leads to the end while the reader is elsewhere. */
  root: HTMLElement
  toEnd: () => void
}

/** Near enough to the end that the reader follows the answer. */
const NEAR_PX = 48

/** Keeps a log that grows at its end while its reader is there, and offers the way back to one who is not. */
export function followEnd(log: HTMLElement): EndFollower {
  const jump = element('button', { type: 'button', class: 'chat-button chat-jump', hidden: '' })
  jump.append(icon('down'), 'Jump to newest')
  const root = element('div', { class: 'chat-jump-place' }, jump)
  let follows = true
  let lastTop = 0

  const distance = (): number => log.scrollHeight - log.scrollTop - log.clientHeight

  function offer(): void {
    jump.hidden = follows || distance() < NEAR_PX
  }

  function keep(): void {
    if (follows) log.scrollTop = log.scrollHeight
    offer()
  }

  function toEnd(): void {
    follows = true
    keep()
  }

  log.addEventListener(
    'scroll',
    () => {
      // What grows moves nothing upwards: only its reader does.
      if (distance() < NEAR_PX) follows = true
      else if (log.scrollTop < lastTop) follows = false
      lastTop = log.scrollTop
      offer()
    },
    { passive: true },
  )
  jump.addEventListener('click', () => {
    log.focus({ preventScroll: true })
    toEnd()
  })
  const observer = new ResizeObserver(keep)
  for (const watched of [log, ...log.children]) observer.observe(watched)

  return { root, toEnd }
}
