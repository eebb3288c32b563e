import type { Chat, ChatView } from './chat-state.ts'
import { createComposer } from './composer.ts'
import { button, element } from './element.ts'
import { createFailureBox } from './failure-box.ts'
import { followCitations } from './follow-citation.ts'
import { createMessageList } from './message-list.ts'
import { createPanelWindow } from './panel-window.ts'
import type { Session } from './session.ts'
import { createSignIn } from './sign-in.ts'

export interface PanelOptions {
  opener: HTMLButtonElement
  session: Session
  chat: Chat
  /** Whether to say that the answers come from the stand-in model. */
  standIn: boolean
}

export interface Panel {
  show: (view: ChatView) => void
  /** Shows the composer to a learner, and the offer to sign in to anyone else. */
  showLearner: (learner: string) => void
}

const STAND_IN_NOTICE = 'No API key is set: answers come from a small stand-in that quotes the lessons.'

/** Puts the chat panel into the page. */
export function createPanel({ opener, session, chat, standIn }: PanelOptions): Panel {
  const intro = element(
    'div',
    { class: 'chat-empty' },
    element('p', {}, 'Ask about this page, or about anything in the course.'),
    element('p', {}, 'Each answer shows where in the lessons it is written.'),
  )
  const messages = createMessageList(intro)
  const composer = createComposer(
    (text) => void chat.ask({ text }),
    () => void chat.stop(),
  )
  const failure = createFailureBox(
    () => void chat.tryAgain(),
    () => startOver(),
  )
  const signIn = createSignIn(session, 'Sign in to ask a question. Your conversation is kept for you.')
  const notice = element('p', { class: 'chat-stand-in' }, STAND_IN_NOTICE)
  notice.hidden = !standIn
  const announcer = element('p', { class: 'visually-hidden', role: 'status' })
  const renew = button('New', { class: 'chat-button' }, () => startOver())
  renew.append(element('span', { class: 'chat-detail' }, ' conversation'))
  const frame = createPanelWindow({
    opener,
    actions: [renew],
    content: [notice, messages.root, failure.root, signIn, composer.root, announcer],
    onOpen: focusFirst,
  })
  let phase: ChatView['phase'] = 'idle'

  function focusFirst(): void {
    if (session.learner() === '') signIn.querySelector('button')?.focus()
    else composer.focus()
  }

  function startOver(): void {
    chat.startOver()
    composer.focus()
  }

  followCitations(frame.root, () => {
    if (frame.coversPage()) frame.close({ keepFocus: true })
  })

  return {
    show: (view) => {
      messages.update(view)
      failure.show(view.failure)
      const canStop = view.phase === 'answering' && view.thread.allowCancel
      composer.setBusy({ busy: view.phase !== 'idle', canStop })
      renew.hidden = view.thread.thread === undefined && view.question === undefined
      // Said once and whole: a screen reader that reads every token reads nothing.
      const finished = phase === 'answering' && view.phase === 'idle' && view.failure === undefined
      if (finished) announcer.textContent = messages.newestAnswer()
      else if (view.phase === 'answering') announcer.textContent = ''
      if (view.failure?.action === 'sign-in' && view.question) composer.restore(view.question.text)
      phase = view.phase
    },
    showLearner: (learner) => {
      const hadFocus = signIn.contains(document.activeElement)
      signIn.hidden = learner !== ''
      composer.root.hidden = learner === ''
      if (hadFocus && learner !== '') composer.focus()
    },
  }
}
