import type { ChatView } from './chat-state.ts'
import { element } from './element.ts'
import type { ItemOperations } from './item-operations.ts'
import type { MessageView } from './item-view.ts'
import { isShown, viewOf } from './item-views.ts'
import { questionView } from './render-message.ts'
import { safeImages } from './safe-image.ts'
import type { ThreadItem } from './thread-items.ts'

export interface MessageList {
  root: HTMLElement
  update: (view: ChatView) => void
  /** The words of the newest answer, without its citations; none where they were given before. */
  newestAnswer: () => string
}

// Whether it can be seen that the assistant is at work, or has said something.
function isTelling(item: ThreadItem | undefined): boolean {
  if (item?.type === 'assistant_message') return item.content.some(({ text }) => text !== '')
  return item !== undefined && item.type !== 'user_message' && item.type !== 'client_tool_call'
}

/** The conversation as a log. */
export function createMessageList(empty: HTMLElement, operations: ItemOperations): MessageList {
  const messages = element('div', { class: 'chat-messages' })
  const waiting = element('p', { class: 'chat-waiting' })
  const root = element(
    'div',
    { class: 'chat-log', role: 'log', 'aria-label': 'Conversation', tabindex: '0' },
    empty,
    messages,
    waiting,
  )
  const views = new Map<string, MessageView<ThreadItem>>()
  const shownAs = new Map<string, { item: ThreadItem; pending: boolean }>()
  let question: { message: ChatView['question']; root: HTMLElement } | undefined
  let given: Element | undefined
  let domains: readonly string[] | undefined
  const tools = { ...operations, image: safeImages(() => domains) }

  function showItems({ items, pending }: ChatView['thread']): void {
    const shown = items.filter(isShown)
    const ids = new Set(shown.map(({ id }) => id))
    for (const [id, { root: gone }] of views) {
      if (ids.has(id)) continue
      gone.remove()
      views.delete(id)
      shownAs.delete(id)
    }
    for (const [place, item] of shown.entries()) {
      const view = views.get(item.id) ?? viewOf(item, tools)
      if (!view) continue
      views.set(item.id, view)
      const now = { item, pending: pending.includes(item.id) }
      const before = shownAs.get(item.id)
      if (before?.item !== now.item || before.pending !== now.pending) view.update(item, now.pending)
      // Behind the update, which may render the root anew.
      view.root.dataset['item'] = item.id
      shownAs.set(item.id, now)
      if (messages.children[place] !== view.root)
        messages.insertBefore(view.root, messages.children[place] ?? null)
    }
  }

  function showQuestion(message: ChatView['question']): void {
    if (message === question?.message) return
    question?.root.remove()
    question = undefined
    if (!message) return
    const content = message.text === '' ? [] : [{ type: 'input_text' as const, text: message.text }]
    const shown = questionView({ ...message, content }, tools.image)
    question = { message, root: shown }
    // The message that takes its place will be announced.
    shown.ariaLive = 'off'
    messages.append(shown)
  }

  function update(view: ChatView): void {
    const { thread, phase } = view
    // A conversation that is loaded again is not news.
    root.ariaLive = phase === 'loading' || thread.items.length === 0 ? 'off' : 'polite'
    domains = thread.thread?.allowed_image_domains
    showItems(thread)
    showQuestion(view.question)
    empty.hidden = phase !== 'idle' || messages.childElementCount > 0 || view.failure !== undefined
    const silent = phase === 'answering' && !isTelling(thread.items.findLast(isShown))
    waiting.hidden = !silent && phase !== 'loading' && thread.progress === undefined
    waiting.textContent =
      phase === 'loading' ? 'Loading the conversation…' : (thread.progress?.text ?? 'Thinking…')
  }

  function newestAnswer(): string {
    const newest = [...messages.querySelectorAll('.chat-message-assistant .chat-answer')].at(-1)
    // An action may change a card and say nothing.
    if (newest === given) return ''
    given = newest
    const answer = newest?.cloneNode(true)
    if (!(answer instanceof Element)) return ''
    for (const citation of answer.querySelectorAll('.chat-citation')) citation.remove()
    return answer.textContent.trim()
  }

  return { root, update, newestAnswer }
}
