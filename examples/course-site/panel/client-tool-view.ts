import { clientToolWords } from './client-tools.ts'
import { button, element } from './element.ts'
import type { ItemTools, MessageView } from './item-view.ts'
import type { ClientToolCall } from './thread-items.ts'
import { isRecord } from './widgets/component.ts'

/**
 * What the page was asked to do. One that is still to be done is a button: after a reload nothing is done a second time
 * without the learner.
 */
export function clientToolView({ runTool }: ItemTools): MessageView<ClientToolCall> {
  const body = element('div', { class: 'chat-tool-call' })
  const heading = element('h3', { class: 'visually-hidden' }, 'Page')
  const root = element('article', { class: 'chat-message chat-message-task' }, heading, body)

  function wordsFor(item: ClientToolCall): Node {
    const { offer, done, undone } = clientToolWords(item.name, item.arguments)
    if (item.status === 'pending') {
      return button(offer, { class: 'chat-button', dir: 'auto' }, () => void runTool(item))
    }
    const failed = item.output === undefined || (isRecord(item.output) && 'error' in item.output)
    const kind = failed ? 'chat-tool-said' : 'chat-tool-said chat-tool-done'
    return element('p', { class: kind, dir: 'auto' }, failed ? undone : done)
  }

  return {
    root,
    update: (item) => {
      const hadFocus = body.contains(document.activeElement)
      body.replaceChildren(wordsFor(item))
      // The button that was pressed is gone.
      if (hadFocus) root.closest<HTMLElement>('[role=log]')?.focus()
    },
  }
}
