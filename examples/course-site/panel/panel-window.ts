import { element } from './element.ts'
import { iconButton } from './icon.ts'
import { markLanguage } from './text-language.ts'

export interface PanelWindow {
  root: HTMLElement
  open: () => void
  /** Closes it; the focus goes back to the button that opens it, unless `keepFocus`. */
  close: (options?: { keepFocus?: boolean }) => void
  /** The conversation's title, below the panel's own. */
  setTitle: (title: string) => void
  /** Whether it covers the page, as on a phone. */
  coversPage: () => boolean
}

export interface PanelWindowOptions {
  opener: HTMLButtonElement
  /** Beside the title. */
  actions: HTMLElement[]
  content: HTMLElement[]
  onOpen: () => void
}

const KEY = 'chat-open'
const TITLE_ID = 'chat-title'

/**
 * The panel's frame: beside the page where there is room, over it on a narrow or low screen (a phone, either way up),
 * where it is a modal dialog. On a wide screen it stays open from page to page.
 */
export function createPanelWindow({ opener, actions, content, onOpen }: PanelWindowOptions): PanelWindow {
  const narrow = matchMedia('(max-width: 45rem), (max-height: 26rem)')
  const title = element('p', { class: 'chat-thread-title', dir: 'auto', hidden: '' })
  const root = element(
    'div',
    {
      id: 'chat-panel',
      role: 'complementary',
      class: 'chat-panel',
      lang: 'en',
      dir: 'ltr',
      'aria-labelledby': TITLE_ID,
      hidden: '',
    },
    element(
      'div',
      { class: 'chat-header' },
      element('div', { class: 'chat-titles' }, element('h2', { id: TITLE_ID }, 'Ask the course'), title),
      ...actions,
      iconButton('close', 'Close', () => close()),
    ),
    ...content,
  )

  function arrange(): void {
    const isOpen = !root.hidden
    const modal = isOpen && narrow.matches
    document.documentElement.classList.toggle('chat-is-open', isOpen)
    opener.ariaExpanded = String(isOpen)
    root.role = modal ? 'dialog' : 'complementary'
    root.ariaModal = modal ? 'true' : null
    for (const other of document.body.children) {
      if (other !== root && other instanceof HTMLElement) other.inert = modal
    }
  }

  function show(): void {
    root.hidden = false
    arrange()
    sessionStorage.setItem(KEY, 'yes')
  }

  function open(): void {
    show()
    onOpen()
  }

  function close({ keepFocus = false } = {}): void {
    root.hidden = true
    arrange()
    sessionStorage.removeItem(KEY)
    if (!keepFocus) opener.focus()
  }

  opener.setAttribute('aria-controls', root.id)
  opener.addEventListener('click', () => (root.hidden ? open() : close()))
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing) close()
  })
  narrow.addEventListener('change', arrange)
  document.body.append(root)
  // Without the focus: the reader came to read the page.
  if (sessionStorage.getItem(KEY) && !narrow.matches) show()

  function setTitle(words: string): void {
    title.textContent = words
    markLanguage(title)
    title.title = words
    title.hidden = words === ''
  }

  return { root, open, close, setTitle, coversPage: () => narrow.matches }
}
