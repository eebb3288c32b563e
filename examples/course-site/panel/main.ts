import { createChatKitClient } from '@robolearn/chatkit-server-core/client'
import { readUploadRules } from './attachment-rules.ts'
import { createAttachments } from './attachments.ts'
import { type ChatView, createChat } from './chat-state.ts'
import { showAwaitedPassage } from './follow-citation.ts'
import { readPageContext, usesStandIn } from './page-context.ts'
import { createPanel } from './panel.ts'
import { createSession } from './session.ts'
import { threadMemory } from './thread-memory.ts'

function start(opener: HTMLButtonElement): void {
  const client = createChatKitClient({ url: '/chatkit', metadata: () => ({ page: readPageContext() }) })
  const chat = createChat({ client, memory: threadMemory, onChange: showSoon })
  const session = createSession((learner) => {
    panel.showLearner(learner)
    void chat.open(learner)
  })
  const rules = readUploadRules()
  const attachments = rules && createAttachments(client, rules)
  const panel = createPanel({ opener, session, chat, attachments, standIn: usesStandIn() })
  let newest: ChatView | undefined

  // A model is faster than a screen: what came within one frame is shown at once.
  function showSoon(view: ChatView): void {
    if (newest === undefined) requestAnimationFrame(showNewest)
    newest = view
  }

  function showNewest(): void {
    const view = newest
    newest = undefined
    if (view === undefined) return
    panel.show(view)
    if (view.failure?.action === 'sign-in') session.expire()
  }

  panel.showLearner(session.learner())
  void chat.open(session.learner())
}

const opener = document.querySelector<HTMLButtonElement>('[data-ask]')
if (opener) start(opener)
showAwaitedPassage()
