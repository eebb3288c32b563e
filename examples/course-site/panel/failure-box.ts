import { button, element } from './element.ts'
import type { Failure } from './failure.ts'

export interface FailureBox {
  root: HTMLElement
  show: (failure: Failure | undefined) => void
}

/** Says what went wrong, with a button for what can be done about it. */
export function createFailureBox(onTryAgain: () => void, onStartOver: () => void): FailureBox {
  const text = element('p')
  const tryAgain = button('Try again', { class: 'chat-button' }, onTryAgain)
  const startOver = button('New conversation', { class: 'chat-button' }, onStartOver)
  const root = element('div', { class: 'chat-failure', role: 'alert', hidden: '' }, text, tryAgain, startOver)

  return {
    root,
    show: (failure) => {
      root.hidden = failure === undefined
      text.textContent = failure?.text ?? ''
      tryAgain.hidden = failure?.action !== 'try-again'
      startOver.hidden = failure?.action !== 'start-over'
    },
  }
}
