import type { ChatKitClient } from '@robolearn/chatkit-server-core/client'
import type { Attachments } from './attachments.ts'
import type { Chat, ChatMessage, ChatView } from './chat-state.ts'
import { createComposer } from './composer.ts'
import { createDictation } from './dictation/dictation.ts'
import { element } from './element.ts'
import { createFailureBox } from './failure-box.ts'
import { followCitations } from './follow-citation.ts'
import { followEnd } from './follow-end.ts'
import { createHistoryView } from './history/history-view.ts'
import { iconButton } from './icon.ts'
import { createMessageActions } from './message-actions/message-actions.ts'
import { createMessageList } from './message-list.ts'
import { createNoticeList } from './notices/notice-list.ts'
import { createThreadStatus } from './notices/thread-status.ts'
import { createPanelWindow } from './panel-window.ts'
import { readPageContext } from './page-context.ts'
import type { PageSelection } from './selection/page-selection.ts'
import { createQuoteBox } from './selection/quote-box.ts'
import type { Session } from './session.ts'
import { createSignIn } from './sign-in.ts'
import { createStarters } from './starters.ts'

export interface PanelOptions {
  opener: HTMLButtonElement
  session: Session
  chat: Chat
  client: ChatKitClient
  /** Absent where the site takes no files. */
  attachments?: Attachments | undefined
  /** Whether to say that the answers come from the stand-in model. */
  standIn: boolean
  /** Whether a question can be spoken. */
  dictation: boolean
}

export interface Panel {
  root: HTMLElement
  show: (view: ChatView) => void
  /** Shows the composer to a learner, and the offer to sign in to anyone else. */
  showLearner: (learner: string) => void
  /** Says that an answer waits for its connection. */
  showLost: (lost: boolean) => void
  /** What is marked in the page, to be offered. */
  offerSelection: (selection: PageSelection | undefined) => void
  /** Opens the panel with what is marked as the quote of the next question. */
  askAboutSelection: () => void
}

const STAND_IN_NOTICE = 'No API key is set: answers come from a small stand-in that quotes the lessons.'

/** Puts the chat panel into the page. */
export function createPanel(options: PanelOptions): Panel {
  const { opener, session, chat, client, attachments, standIn, dictation } = options
  const starters = createStarters(readPageContext(), (text) => {
    ask({ text })
    composer.focus()
  })
  const intro = element(
    'div',
    { class: 'chat-empty' },
    element('p', {}, 'Ask about this page, or about anything in the course.'),
    element('p', {}, 'Each answer shows where in the lessons it is written.'),
    element(
      'p',
      {},
      'Mark a passage of the page to ask about it',
      element('span', { class: 'chat-key' }, ' (Alt+Q)'),
      '.',
    ),
    starters,
  )
  const announcer = element('p', { class: 'visually-hidden', role: 'status' })
  const messages = createMessageList(intro, chat)
  const showActions = createMessageActions({
    client,
    log: messages.root,
    onRetry: () => {
      composer.focus()
      void chat.answerAgain()
    },
    say,
  })
  const end = followEnd(messages.root)
  const composer = createComposer(ask, () => void chat.stop(), attachments)
  const quotes = createQuoteBox(askAboutSelection, () => composer.focus())
  const failure = createFailureBox(
    () => void chat.tryAgain(),
    () => startOver(),
  )
  const notices = createNoticeList(() => composer.focus())
  const status = createThreadStatus(() => startOver())
  const lost = element('p', { class: 'chat-lost', role: 'status' })
  const signIn = createSignIn(session, 'Sign in to ask a question. Your conversation is kept for you.')
  const notice = element('p', { class: 'chat-stand-in' }, STAND_IN_NOTICE)
  notice.hidden = !standIn
  const renew = iconButton('plus', 'New conversation', () => startOver())
  const list = iconButton('history', 'Your conversations', () =>
    history.root.hidden ? showHistory() : back(),
  )
  const writing = element('div', { class: 'chat-writing' }, quotes.root, composer.root)
  const conversation = element(
    'div',
    { class: 'chat-conversation' },
    messages.root,
    end.root,
    notices.root,
    lost,
    failure.root,
    status.root,
    writing,
  )
  const history = createHistoryView({
    client,
    openThreadId: () => view?.thread.thread?.id,
    onBack: back,
    onOpen: (threadId) => {
      showConversation()
      void chat.openThread(threadId)
      composer.focus()
    },
    onRenamed: ({ id, title }) => chat.retitle(id, title),
    onDeleted: (threadId) => {
      if (threadId === view?.thread.thread?.id) chat.startOver()
    },
    onSignedOut: () => session.expire(),
    say,
  })
  const frame = createPanelWindow({
    opener,
    actions: [list, renew],
    content: [notice, conversation, history.root, signIn, announcer],
    onOpen: focusFirst,
  })
  const microphone = dictation ? createDictation({ client, onText: composer.insert }) : undefined
  if (microphone) {
    composer.addTool(microphone.button)
    composer.root.before(microphone.status)
  }
  let view: ChatView | undefined
  let writer = ''
  let marked: PageSelection | undefined
  /** The selection that a question was about: it is not offered again. */
  let asked: PageSelection | undefined

  function say(text: string): void {
    announcer.textContent = text
  }

  function ask(message: ChatMessage): void {
    const quotedText = quotes.quote()
    quotes.set(undefined)
    if (quotedText !== undefined) {
      asked = marked
      quotes.offer(undefined)
    }
    end.toEnd()
    void chat.ask({ ...message, ...(quotedText === undefined ? {} : { quotedText }) })
  }

  function askAboutSelection(): void {
    if (marked) quotes.set(marked.text)
    if (!history.root.hidden) showConversation()
    frame.open()
  }

  function focusFirst(): void {
    if (session.learner() === '') signIn.querySelector('button')?.focus()
    else if (!status.root.hidden) status.root.querySelector('button')?.focus()
    else composer.focus()
  }

  function showConversation(): void {
    history.root.hidden = true
    conversation.hidden = false
    list.ariaPressed = 'false'
  }

  function showHistory(): void {
    conversation.hidden = true
    history.root.hidden = false
    list.ariaPressed = 'true'
    history.open()
  }

  function back(): void {
    showConversation()
    list.focus()
  }

  function startOver(): void {
    showConversation()
    chat.startOver()
    composer.focus()
  }

  followCitations(frame.root, () => {
    if (frame.coversPage()) frame.close({ keepFocus: true })
  })

  function show(next: ChatView): void {
    const phase = view?.phase
    view = next
    messages.update(next)
    showActions(next)
    failure.show(next.failure)
    notices.show(next.thread.notices)
    frame.setTitle(next.thread.thread?.title ?? '')
    const isOpen = status.show(next.thread.thread)
    if (!isOpen && writing.contains(document.activeElement)) status.root.querySelector('button')?.focus()
    writing.hidden = !isOpen || session.learner() === ''
    const canStop = next.phase === 'answering' && next.thread.allowCancel
    composer.setBusy({ busy: next.phase !== 'idle', canStop })
    renew.hidden = next.thread.thread === undefined && next.question === undefined
    // Said once and whole: a screen reader that reads every token reads nothing.
    const finished = phase === 'answering' && next.phase === 'idle' && next.failure === undefined
    if (finished) say(messages.newestAnswer())
    else if (next.phase === 'answering' && phase !== 'answering') say('')
    if (next.failure?.action === 'sign-in' && next.question) {
      composer.restore(next.question)
      quotes.set(next.question.quotedText)
    }
  }

  return {
    root: frame.root,
    show,
    showLearner: (learner) => {
      // The files of somebody else are not there for this learner.
      if (learner !== '' && learner !== writer) attachments?.take()
      if (learner !== '') writer = learner
      const hadFocus = signIn.contains(document.activeElement)
      const isKnown = learner !== ''
      signIn.hidden = isKnown
      starters.hidden = !isKnown
      writing.hidden = !isKnown
      list.hidden = !isKnown
      history.clear()
      microphone?.cancel()
      showConversation()
      if (hadFocus && isKnown) composer.focus()
    },
    showLost: (isLost) => {
      lost.textContent = isLost ? 'Reconnecting…' : ''
    },
    offerSelection: (selection) => {
      marked = selection
      quotes.offer(selection === asked ? undefined : selection?.text)
    },
    askAboutSelection,
  }
}
