import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { createSession } from '../panel/session.ts'
import { CourseChat } from './course-chat.ts'
import { loadClient } from './load-client.ts'

/** OpenAI's client behind the page's button; it shows nothing to whoever is not signed in. */
function start(opener: HTMLElement): void {
  const box = document.createElement('aside')
  box.id = 'official-chat'
  box.className = 'official-box'
  box.setAttribute('aria-label', 'Chat')
  box.hidden = true
  document.body.append(box)
  const root = createRoot(box)
  const show = (learner: string): void => {
    const note = createElement('p', { className: 'official-note' }, 'Sign in above to ask the course.')
    root.render(learner === '' ? note : createElement(CourseChat, { key: learner, learner }))
  }
  const session = createSession(show)
  show(session.learner())
  opener.setAttribute('aria-controls', box.id)
  opener.addEventListener('click', () => {
    box.hidden = !box.hidden
    opener.setAttribute('aria-expanded', String(!box.hidden))
  })
}

/** The built-in panel, which needs nobody else's server. */
function startPanel(): void {
  document.querySelector('meta[name="chat-client"]')?.setAttribute('content', 'panel')
  const script = document.createElement('script')
  script.type = 'module'
  script.src = '/panel.js'
  document.head.append(script)
}

const opener = document.querySelector<HTMLElement>('[data-ask]')
if (opener) {
  loadClient().then(
    () => start(opener),
    () => startPanel(),
  )
}
