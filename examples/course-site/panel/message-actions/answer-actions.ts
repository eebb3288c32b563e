import { element } from '../element.ts'
import { icon, iconButton } from '../icon.ts'

export type FeedbackKind = 'positive' | 'negative'

export interface AnswerActions {
  root: HTMLElement
  setPressed: (kind: FeedbackKind | undefined) => void
  /** Only the newest answer can be asked for again: what stands behind one would be lost. */
  setRetry: (offered: boolean) => void
}

export interface AnswerActionsOptions {
  /** Resolves with whether it worked. */
  onCopy: () => Promise<boolean>
  onRate: (kind: FeedbackKind) => void
  onRetry: () => void
}

const COPIED_MS = 2_000

/** The row of buttons below an answer. */
export function createAnswerActions({ onCopy, onRate, onRetry }: AnswerActionsOptions): AnswerActions {
  const copy = iconButton('copy', 'Copy the answer', () => void copyText())
  const good = iconButton('like', 'Good answer', () => onRate('positive'))
  const bad = iconButton('dislike', 'Bad answer', () => onRate('negative'))
  const retry = iconButton('again', 'Try again', onRetry)
  const root = element(
    'div',
    // In a log: what is offered is no news.
    { class: 'chat-answer-actions', role: 'group', 'aria-label': 'About this answer', 'aria-live': 'off' },
    copy,
    good,
    bad,
    retry,
  )

  async function copyText(): Promise<void> {
    if (!(await onCopy())) return
    copy.replaceChildren(icon('check'))
    setTimeout(() => copy.replaceChildren(icon('copy')), COPIED_MS)
  }

  return {
    root,
    setPressed: (kind) => {
      good.ariaPressed = String(kind === 'positive')
      bad.ariaPressed = String(kind === 'negative')
    },
    setRetry: (offered) => {
      retry.hidden = !offered
    },
  }
}
