import type { ThreadState } from '@robolearn/chatkit-server-core/client'
import { button, element } from '../element.ts'

type Thread = NonNullable<ThreadState['thread']>

export interface ThreadStatus {
  root: HTMLElement
  /** Shows why nothing can be written into the thread; returns whether something can. */
  show: (thread: Thread | undefined) => boolean
}

const TEXTS = {
  locked: 'This conversation is locked for now.',
  closed: 'This conversation is closed.',
} as const

/** Stands in the composer's place where a conversation takes no more questions. */
export function createThreadStatus(onStartOver: () => void): ThreadStatus {
  const text = element('p', { dir: 'auto' })
  const actions = element('div', { class: 'chat-actions' })
  actions.append(button('New conversation', { class: 'chat-button' }, onStartOver))
  const root = element('div', { class: 'chat-status', role: 'status', hidden: '' }, text, actions)

  return {
    root,
    show: (thread) => {
      const status = thread?.status
      const isOpen = status === undefined || status.type === 'active'
      const words = isOpen ? '' : (status.reason ?? TEXTS[status.type])
      // Said again with every token, it would be read again.
      if (text.textContent !== words) text.textContent = words
      root.hidden = isOpen
      return isOpen
    },
  }
}
