import { readMeta } from './page-context.ts'

export interface Learner {
  id: string
  name: string
}

export interface Session {
  /** The learner's id, or `''` when nobody is signed in. */
  learner: () => string
  /** Who can sign in, as the page's header says. */
  learners: readonly Learner[]
  /** Resolves with whether it worked. */
  signIn: (id: string) => Promise<boolean>
  signOut: () => Promise<boolean>
  /** The server says that the session is over. */
  expire: () => void
}

async function request(method: 'POST' | 'DELETE', body?: unknown): Promise<boolean> {
  const init = body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}
  const response = await fetch('/session', { method, ...init }).catch(() => undefined)
  return response?.ok ?? false
}

/**
 * Who is signed in. The sign-in control in the page's header is kept in step with it and works by it; `onChange`
 * follows each change.
 */
export function createSession(onChange: (learner: string) => void): Session {
  const signedOut = document.querySelector<HTMLElement>('[data-signed-out]')
  const signedIn = document.querySelector<HTMLElement>('[data-signed-in]')
  const name = document.querySelector('[data-learner-name]')
  const choices = [...document.querySelectorAll<HTMLElement>('[data-learner]')]
  const signOutButton = document.querySelector<HTMLElement>('[data-sign-out]')
  const learners = choices.map((choice) => ({
    id: choice.dataset['learner'] ?? '',
    name: choice.textContent,
  }))
  let current = readMeta('chat-learner')

  function change(id: string): void {
    current = id
    const hadFocus = document.activeElement?.closest('[data-session]') !== null
    if (signedOut) signedOut.hidden = id !== ''
    if (signedIn) signedIn.hidden = id === ''
    if (name) name.textContent = learners.find((learner) => learner.id === id)?.name ?? id
    // The button that was pressed is hidden now.
    if (hadFocus) (id === '' ? choices[0] : signOutButton)?.focus()
    onChange(id)
  }

  async function signIn(id: string): Promise<boolean> {
    const done = await request('POST', { learner: id })
    if (done) change(id)
    return done
  }

  async function signOut(): Promise<boolean> {
    const done = await request('DELETE')
    if (done) change('')
    return done
  }

  for (const choice of choices) {
    choice.addEventListener('click', () => void signIn(choice.dataset['learner'] ?? ''))
  }
  signOutButton?.addEventListener('click', () => void signOut())

  return { learner: () => current, learners, signIn, signOut, expire: () => change('') }
}
