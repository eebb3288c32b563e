import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { createSession } from '../panel/session.ts'
import { CourseChat } from './course-chat.ts'
import { loadClient } from './load-client.ts'
import { SignInNote } from './sign-in-note.ts'

/** OpenAI's client in a box that the page's button opens and closes. */
function start(opener: HTMLElement): void {
  const box = document.createElement('aside')
  box.id = 'official-chat'
  box.className = 'official-box'
  box.lang = 'en'
  box.dir = 'ltr'
  box.setAttribute('aria-label', 'Chat')
  box.hidden = true
  document.body.append(box)
  const root = createRoot(box)
  const session = createSession((learner) => render(learner))

  function render(learner: string): void {
    root.render(
      learner === ''
        ? createElement(SignInNote, { session })
        : createElement(CourseChat, { key: learner, learner }),
    )
  }

  function show(isShown: boolean): void {
    box.hidden = !isShown
    opener.setAttribute('aria-expanded', String(isShown))
  }

  render(session.learner())
  opener.setAttribute('aria-controls', box.id)
  opener.addEventListener('click', () => show(box.hidden !== false))
  box.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    show(false)
    opener.focus()
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
