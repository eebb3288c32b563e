import { createElement, type ReactElement } from 'react'
import type { Session } from '../panel/session.ts'

/** What stands in place of the chat for whoever is not signed in. */
export function SignInNote({ session }: { session: Pick<Session, 'learners' | 'signIn'> }): ReactElement {
  const buttons = session.learners.map(({ id, name }) =>
    createElement(
      'button',
      { key: id, type: 'button', onClick: () => void session.signIn(id) },
      `Sign in as ${name}`,
    ),
  )
  return createElement(
    'div',
    { className: 'official-note' },
    createElement('p', null, 'Conversations belong to a learner. Sign in to ask the course.'),
    ...buttons,
  )
}
