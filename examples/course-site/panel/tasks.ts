import { element } from './element.ts'
import type { MessageView } from './item-view.ts'
import { morph } from './morph.ts'
import { taskElement } from './task-element.ts'
import type { ThreadItemOf } from './thread-items.ts'

/** A task that stands by itself. */
export function taskView(): MessageView<ThreadItemOf<'task'>> {
  const root = element('article', { class: 'chat-message chat-message-task' })
  const heading = (): HTMLElement => element('h3', { class: 'visually-hidden' }, 'Step')
  return {
    root,
    update: ({ task }, pending) => {
      const wanted = element('article', { class: root.className }, heading(), taskElement(task))
      morph(root, wanted)
      root.ariaLive = pending ? 'off' : null
    },
  }
}
