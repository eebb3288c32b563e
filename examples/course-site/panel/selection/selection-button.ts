import { button } from '../element.ts'
import { icon } from '../icon.ts'
import type { PageSelection } from './page-selection.ts'

export interface SelectionButton {
  show: (selection: PageSelection | undefined) => void
}

/** As browsers name it to screen readers; the page says it as "Alt+Q". */
export const SHORTCUT = 'Alt+Q'

const GAP_PX = 8

/** Below the last line of what is marked, above the first where there is no room, and never over it. */
function place(control: HTMLElement, range: Range): void {
  const rects = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0)
  const top = Math.min(...rects.map((rect) => rect.top))
  const bottom = Math.max(...rects.map((rect) => rect.bottom))
  const last = rects.findLast((rect) => rect.bottom === bottom)
  if (!last) return
  const { offsetWidth: width, offsetHeight: height } = control
  const page = document.documentElement
  const fitsBelow = bottom + GAP_PX + height <= page.clientHeight
  const fitsAbove = top - GAP_PX - height >= 0
  const y = fitsBelow || !fitsAbove ? bottom + GAP_PX : top - GAP_PX - height
  const room = (document.querySelector('.site')?.getBoundingClientRect().right ?? page.clientWidth) - width
  const x = Math.max(GAP_PX, Math.min(last.left + last.width / 2 - width / 2, room - GAP_PX))
  control.style.top = `${y + scrollY}px`
  control.style.left = `${x + scrollX}px`
}

/** The button beside marked text; it moves with the page. */
export function createSelectionButton(onAsk: () => void): SelectionButton {
  const control = button(
    '',
    { class: 'chat-ask-selection', 'aria-keyshortcuts': SHORTCUT, hidden: '' },
    onAsk,
  )
  control.lang = 'en'
  control.dir = 'ltr'
  control.append(icon('quote'), 'Ask about this')
  // The press must not take the selection away before the click.
  control.addEventListener('pointerdown', (event) => event.preventDefault())
  document.body.append(control)
  let marked: PageSelection | undefined
  let isPressed = false

  function update(): void {
    control.hidden = marked === undefined || isPressed
    if (marked && !control.hidden) place(control, marked.range)
  }

  // While the pointer draws the selection, a button would be in its way.
  document.addEventListener('pointerdown', (event) => {
    isPressed = event.pointerType === 'mouse' && event.target !== control
  })
  document.addEventListener('pointerup', () => {
    isPressed = false
    update()
  })
  addEventListener('resize', update)
  document.addEventListener('keydown', (event) => {
    const isShortcut = event.altKey && event.code === 'KeyQ' && !event.ctrlKey && !event.metaKey
    if (!isShortcut || marked === undefined) return
    event.preventDefault()
    onAsk()
  })

  return {
    show: (selection) => {
      marked = selection
      update()
    },
  }
}
