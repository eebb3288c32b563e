import type { ChatKitClient } from '@robolearn/chatkit-server-core/client'
import { button, element } from '../element.ts'
import { iconButton } from '../icon.ts'
import { createHistoryRow, type HistoryRow } from './history-row.ts'
import { createThreadList, type Thread, type ThreadListView } from './thread-list.ts'

export interface HistoryView {
  root: HTMLElement
  /** Loads the list and moves the focus to it. */
  open: () => void
  clear: () => void
}

export interface HistoryViewOptions {
  client: Pick<ChatKitClient, 'send'>
  /** The conversation that is open. */
  openThreadId: () => string | undefined
  onBack: () => void
  onOpen: (threadId: string) => void
  onRenamed: (thread: Pick<Thread, 'id'> & { title: string }) => void
  onDeleted: (threadId: string) => void
  onSignedOut: () => void
  say: (text: string) => void
}

/** The list of a learner's conversations, in the conversation's place. */
export function createHistoryView(options: HistoryViewOptions): HistoryView {
  const { client, openThreadId, onBack, onOpen, onRenamed, onDeleted, onSignedOut, say } = options
  const threads = createThreadList({ client, onChange: show, onSignedOut })
  const heading = element('h3', { tabindex: '-1' }, 'Your conversations')
  const state = element('p', { class: 'chat-history-state', role: 'status' })
  const again = button('Try again', { class: 'chat-button' }, () => void retry())
  const rows = element('ul', { class: 'chat-rows', 'aria-label': 'Conversations' })
  const more = button('Show more', { class: 'chat-button chat-more' }, () => void showMore())
  const root = element(
    'section',
    { class: 'chat-history', 'aria-label': 'Your conversations', hidden: '' },
    element(
      'div',
      { class: 'chat-history-header' },
      iconButton('back', 'Back to the conversation', onBack),
      heading,
    ),
    element('div', { class: 'chat-history-list' }, rows, state, again, more),
  )
  const shown = new Map<string, HistoryRow>()

  function rowOf(thread: Thread): HistoryRow {
    const { id } = thread
    return createHistoryRow({
      thread,
      onOpen: () => onOpen(id),
      onRename: async (title) => {
        const outcome = await threads.rename(id, title)
        if (outcome === 'done') {
          onRenamed({ id, title })
          say('Renamed.')
        }
        if (outcome === 'gone') {
          leave(id)
          state.textContent = 'This conversation was deleted in another window.'
        }
        return outcome
      },
      onDelete: async () => {
        const next = neighbourOf(id)
        const outcome = await threads.remove(id)
        if (outcome === 'done') {
          leave(id, next)
          say('Deleted.')
        }
        return outcome
      },
    })
  }

  function neighbourOf(id: string): HistoryRow | undefined {
    const ids = [...shown.keys()]
    const place = ids.indexOf(id)
    return shown.get(ids[place + 1] ?? ids[place - 1] ?? '')
  }

  /** A conversation is gone: whoever was at its row goes on at the next one. */
  function leave(id: string, next?: HistoryRow): void {
    if (next && shown.size > 0) next.focus()
    else heading.focus()
    onDeleted(id)
  }

  function show({ threads: list, phase, hasMore }: ThreadListView): void {
    const ids = new Set(list.map(({ id }) => id))
    for (const [id, row] of shown) {
      if (ids.has(id)) continue
      row.root.remove()
      shown.delete(id)
    }
    for (const thread of list) {
      const row = shown.get(thread.id) ?? rowOf(thread)
      row.update(thread, thread.id === openThreadId())
      if (!shown.has(thread.id)) rows.append(row.root)
      shown.set(thread.id, row)
    }
    rows.hidden = list.length === 0
    more.hidden = !hasMore || phase === 'failed'
    more.setAttribute('aria-disabled', String(phase === 'loading'))
    again.hidden = phase !== 'failed'
    state.textContent = wordsFor(phase, list.length)
  }

  async function retry(): Promise<void> {
    heading.focus()
    await (shown.size > 0 ? threads.more() : threads.load())
  }

  async function showMore(): Promise<void> {
    if (more.getAttribute('aria-disabled') === 'true') return
    const before = shown.size
    await threads.more()
    // On to what is new: the button may be gone, or far away.
    ;[...shown.values()][before]?.focus()
  }

  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return
    event.stopPropagation()
    onBack()
  })

  return {
    root,
    open: () => {
      threads.clear()
      void threads.load()
      heading.focus()
    },
    clear: () => threads.clear(),
  }
}

function wordsFor(phase: ThreadListView['phase'], count: number): string {
  if (phase === 'loading') return 'Loading…'
  if (phase === 'failed') return 'The conversations could not be loaded.'
  return count === 0 ? 'There are no conversations yet. Ask a question to begin one.' : ''
}
