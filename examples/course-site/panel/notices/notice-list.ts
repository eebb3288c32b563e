import type { ThreadState } from '@robolearn/chatkit-server-core/client'
import { element } from '../element.ts'
import { iconButton } from '../icon.ts'
import { toBlocks, toSafeNodes } from '../markdown.ts'

type Notice = ThreadState['notices'][number]

export interface NoticeList {
  root: HTMLElement
  show: (notices: readonly Notice[]) => void
}

const NAMES = { info: 'Note', warning: 'Warning', danger: 'Important' } as const

/** What the server has to say beside its answers: each notice stays until it is closed. */
export function createNoticeList(onClosed: () => void): NoticeList {
  const root = element('div', { class: 'chat-notices', role: 'status', 'aria-label': 'Notices', hidden: '' })
  const shown = new Map<Notice, HTMLElement>()

  function close(box: HTMLElement): void {
    box.remove()
    root.hidden = root.childElementCount === 0
    onClosed()
  }

  function boxOf({ level, title, message }: Notice): HTMLElement {
    const text = element('div', { class: 'chat-notice-text' })
    text.append(element('strong', { dir: 'auto' }, title ?? NAMES[level]))
    for (const html of toBlocks(message)) text.append(toSafeNodes(html))
    const box = element('div', { class: `chat-notice chat-notice-${level}` }, text)
    box.append(iconButton('close', 'Close the notice', () => close(box)))
    return box
  }

  return {
    root,
    show: (notices) => {
      for (const [notice, box] of shown) {
        if (notices.includes(notice)) continue
        shown.delete(notice)
        box.remove()
      }
      for (const notice of notices) {
        if (shown.has(notice)) continue
        const box = boxOf(notice)
        shown.set(notice, box)
        root.append(box)
      }
      root.hidden = root.childElementCount === 0
    },
  }
}
