import type { ChatKitClient } from '@robolearn/chatkit-server-core/client'
import type { ChatView } from '../chat-state.ts'
import { button, element } from '../element.ts'
import { icon } from '../icon.ts'
import type { ThreadItem } from '../thread-items.ts'
import { type AnswerActions, createAnswerActions, type FeedbackKind } from './answer-actions.ts'
import { type ThreadTurn, turnsOf } from './turns.ts'

export interface MessageActionsOptions {
  client: Pick<ChatKitClient, 'send'>
  /** Holds the messages, each with its item's id in `data-item`. */
  log: HTMLElement
  onRetry: () => void
  /** Told what a screen reader should say. */
  say: (text: string) => void
}

/** Whether the newest question was stopped before anything came of it. */
function isUnanswered(items: readonly ThreadItem[]): boolean {
  return items.findLast(({ type }) => type !== 'end_of_turn')?.type === 'user_message'
}

/** Puts what can be done with an answer below each one that is whole. Returns what brings it up to date. */
export function createMessageActions(options: MessageActionsOptions): (view: ChatView) => void {
  const { client, log, onRetry, say } = options
  const rows = new Map<string, AnswerActions>()
  // The protocol tells of no feedback: it is known for as long as the page is open.
  const given = new Map<string, FeedbackKind>()
  const retry = button('Try again', { class: 'chat-button' }, onRetry)
  retry.prepend(icon('again'))
  const unanswered = element('div', { class: 'chat-unanswered', 'aria-live': 'off', hidden: '' }, retry)
  log.append(unanswered)
  let newest: ChatView | undefined

  async function copy(questionId: string): Promise<boolean> {
    const turn = turnsOf(newest?.thread.items ?? []).find((other) => other.questionId === questionId)
    const text = turn?.answers.flatMap(({ content }) => content.map((part) => part.text)).join('\n\n') ?? ''
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
    say(done ? 'Copied.' : 'The answer could not be copied.')
    return done
  }

  async function rate(threadId: string, { answers }: ThreadTurn, kind: FeedbackKind): Promise<void> {
    const ids = answers.map(({ id }) => id)
    const before = ids.map((id) => given.get(id))
    for (const id of ids) given.set(id, kind)
    update(newest)
    try {
      await client.send({ type: 'items.feedback', params: { thread_id: threadId, item_ids: ids, kind } })
      say('Thank you for the feedback.')
    } catch {
      for (const [place, id] of ids.entries()) {
        const known = before[place]
        if (known) given.set(id, known)
        else given.delete(id)
      }
      update(newest)
      say('The feedback could not be sent.')
    }
  }

  function rowOf(threadId: string, turn: ThreadTurn, lastId: string): AnswerActions {
    const known = rows.get(lastId)
    if (known) return known
    const row = createAnswerActions({
      onCopy: () => copy(turn.questionId),
      onRate: (kind) => void rate(threadId, turn, kind),
      onRetry,
    })
    rows.set(lastId, row)
    return row
  }

  const messageOf = (id: string): Element | null => log.querySelector(`[data-item="${CSS.escape(id)}"]`)

  function update(view: ChatView | undefined): void {
    newest = view
    const { thread, phase = 'idle', failure } = view ?? {}
    const threadId = thread?.thread?.id
    const turns = turnsOf(thread?.items ?? [])
    const last = turns.at(-1)
    const canRetry = phase === 'idle' && thread?.thread?.status.type === 'active'
    const wanted = new Set<string>()
    for (const turn of turns) {
      const lastId = turn.answers.at(-1)?.id
      if (threadId === undefined || lastId === undefined || (turn === last && phase !== 'idle')) continue
      wanted.add(lastId)
      const row = rowOf(threadId, turn, lastId)
      row.setPressed(given.get(lastId))
      row.setRetry(canRetry && turn === last && failure === undefined)
      const message = messageOf(lastId)
      if (row.root.parentElement !== message) message?.append(row.root)
    }
    for (const [id, { root }] of rows) {
      if (wanted.has(id)) continue
      root.remove()
      rows.delete(id)
    }
    unanswered.hidden = !canRetry || failure !== undefined || !isUnanswered(thread?.items ?? [])
  }

  return update
}
