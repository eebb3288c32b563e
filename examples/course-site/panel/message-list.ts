import type { ChatView } from './chat-state.ts'
import { element } from './element.ts'
import { answerView, type MessageView, questionView } from './render-message.ts'
import type { AssistantMessage, ThreadItem, UserMessage } from './thread-items.ts'

export interface MessageList {
  root: HTMLElement
  update: (view: ChatView) => void
  /** The words of the newest answer, without its citations. */
  newestAnswer: () => string
}

type ShownItem = UserMessage | AssistantMessage

const isShown = (item: ThreadItem): item is ShownItem =>
  item.type === 'user_message' || item.type === 'assistant_message'

function viewOf(item: ShownItem): MessageView<ShownItem> {
  if (item.type === 'user_message') {
    const root = questionView(item.content.map(({ text }) => text).join(''), item.quoted_text)
    return { root, update: () => {} }
  }
  const { root, update } = answerView()
  return { root, update: (next, pending) => next.type === 'assistant_message' && update(next, pending) }
}

function hasText(item: ThreadItem | undefined): boolean {
  return item?.type === 'assistant_message' && item.content.some(({ text }) => text !== '')
}

/** The conversation as a log. */
export function createMessageList(empty: HTMLElement): MessageList {
  const messages = element('div', { class: 'chat-messages' })
  const waiting = element('p', { class: 'chat-waiting' })
  const root = element(
    'div',
    { class: 'chat-log', role: 'log', 'aria-label': 'Conversation', tabindex: '0' },
    empty,
    messages,
    waiting,
  )
  const views = new Map<string, MessageView<ShownItem>>()
  const shownAs = new Map<string, { item: ThreadItem; pending: boolean }>()
  let asked: ChatView['question']
  let question: HTMLElement | undefined

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
      const view = views.get(item.id) ?? viewOf(item)
      views.set(item.id, view)
      view.root.dataset['item'] = item.id
      const now = { item, pending: pending.includes(item.id) }
      const before = shownAs.get(item.id)
      if (before?.item !== now.item || before.pending !== now.pending) view.update(item, now.pending)
      shownAs.set(item.id, now)
      if (messages.children[place] !== view.root)
        messages.insertBefore(view.root, messages.children[place] ?? null)
    }
  }

  function showQuestion(message: ChatView['question']): void {
    if (message === asked) return
    asked = message
    question?.remove()
    question = message && questionView(message.text, message.quotedText)
    if (!question) return
    // The message that takes its place will be announced.
    question.ariaLive = 'off'
    messages.append(question)
  }

  function update(view: ChatView): void {
    const { thread, phase } = view
    // A conversation that is loaded again is not news.
    root.ariaLive = phase === 'loading' || thread.items.length === 0 ? 'off' : 'polite'
    showItems(thread)
    showQuestion(view.question)
    empty.hidden = phase !== 'idle' || messages.childElementCount > 0 || view.failure !== undefined
    const silent = phase === 'answering' && !hasText(thread.items.at(-1))
    waiting.hidden = !silent && phase !== 'loading' && thread.progress === undefined
    waiting.textContent =
      phase === 'loading' ? 'Loading the conversation…' : (thread.progress?.text ?? 'Thinking…')
  }

  function newestAnswer(): string {
    const answer = [...messages.querySelectorAll('.chat-answer')].at(-1)?.cloneNode(true)
    if (!(answer instanceof Element)) return ''
    for (const citation of answer.querySelectorAll('.chat-citation')) citation.remove()
    return answer.textContent.trim()
  }

  return { root, update, newestAnswer }
}
