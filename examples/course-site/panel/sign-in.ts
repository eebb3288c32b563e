import { button, element } from './element.ts'
import type { Session } from './session.ts'

/** The offer to sign in that stands in the panel: one button a learner. */
export function createSignIn(session: Session, text: string): HTMLElement {
  const problem = element('p', { role: 'alert' })

  async function signIn(id: string): Promise<void> {
    const done = await session.signIn(id)
    problem.textContent = done ? '' : 'Signing in did not work. Try again in a moment.'
  }

  const choices = session.learners.map(({ id, name }) =>
    button(`Sign in as ${name}`, { class: 'chat-button' }, () => void signIn(id)),
  )
  return element(
    'div',
    { class: 'chat-sign-in' },
    element('p', {}, text),
    element('div', { class: 'chat-actions' }, ...choices),
    problem,
  )
}
