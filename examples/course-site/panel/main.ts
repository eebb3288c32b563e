import { createChatKitClient } from '@robolearn/chatkit-server-core/client'
import { readUploadRules } from './attachment-rules.ts'
import { createAttachments } from './attachments.ts'
import { type ChatView, createChat } from './chat-state.ts'
import { showAwaitedPassage } from './follow-citation.ts'
import { watchConnection } from './notices/connection.ts'
import { readPageContext, takesDictation, usesStandIn } from './page-context.ts'
import { createPanel } from './panel.ts'
import { watchSelection } from './selection/page-selection.ts'
import { createSelectionButton } from './selection/selection-button.ts'
import { createSession } from './session.ts'
import { threadMemory } from './thread-memory.ts'

function start(opener: HTMLButtonElement): void {
  const connection = watchConnection({ onChange: (lost) => panel.showLost(lost) })
  const client = createChatKitClient({ url: '/chatkit', fetch: connection.fetch, metadata: readMetadata })
  const chat = createChat({ client, memory: threadMemory, onChange: showSoon })
  const session = createSession((learner) => {
    panel.showLearner(learner)
    void chat.open(learner)
  })
  const rules = readUploadRules()
  const panel = createPanel({
    opener,
    session,
    chat,
    client,
    attachments: rules && createAttachments(client, rules),
    standIn: usesStandIn(),
    dictation: takesDictation(),
  })
  const selectionButton = createSelectionButton(() => {
    selectionButton.show(undefined)
    panel.askAboutSelection()
  })
  const selection = watchSelection(panel.root, (marked, live) => {
    selectionButton.show(live ? marked : undefined)
    panel.offerSelection(marked)
  })
  let newest: ChatView | undefined
  let phase: ChatView['phase'] = 'idle'

  function readMetadata(): Record<string, unknown> {
    const marked = selection.current()
    return { page: readPageContext(), ...(marked ? { selection: marked.text } : {}) }
  }

  // A model is faster than a screen: what came within one frame is shown at once.
  function showSoon(view: ChatView): void {
    if (view.phase !== phase) connection.reset()
    phase = view.phase
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

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void chat.refresh()
  })
  panel.showLearner(session.learner())
  void chat.open(session.learner())
}

const opener = document.querySelector<HTMLButtonElement>('[data-ask]')
if (opener) start(opener)
showAwaitedPassage()
