import type { Thread, ThreadItem, Turn } from '@robolearn/chatkit-server-core'
import { toAgentInput } from '../to-agent-input/to-agent-input.ts'
import { estimateAttachments, estimateTokens } from './estimate-tokens.ts'

export interface HistoryOptions {
  /** The most items, the current message included. Default 40. */
  maxItems?: number
  /** The most tokens, by an estimate that rather errs upwards. Default 8,000. */
  maxTokens?: number
  /**
   * What is to stand in the place of the turns that did not fit, given those of them that are among the last 100 items, oldest first.
   * The model is sent it as a note, which is information and no instruction. Nothing is stored: keep it yourself.
   */
  summarize?: (left: readonly ThreadItem[]) => string | undefined | Promise<string | undefined>
}

/** How far back is read for a summary. */
const SUMMARIZED_ITEMS = 100

/**
 * What the model is to remember of the thread, oldest first, hidden items included: as many whole turns (a user's
 * message and everything up to the next one) as fit into both limits, the newest ones. The current turn is always
 * there, its message exactly once and last. One page is read from the store.
 */
export async function loadHistory(
  turn: Pick<Turn<unknown>, 'thread' | 'userMessage' | 'store'>,
  { maxItems = 40, maxTokens = 8000, summarize }: HistoryOptions = {},
): Promise<ThreadItem[]> {
  const { thread, userMessage, store } = turn
  const limit = summarize ? Math.max(maxItems, SUMMARIZED_ITEMS) : maxItems
  const page = await store.listItems(thread.id, { limit, order: 'desc', include: 'all' })
  const newestFirst = userMessage
    ? [userMessage, ...page.data.filter((item) => item.id !== userMessage.id)]
    : page.data
  const kept = newestFirst.slice(0, maxItems)
  const turns = wholeTurns(kept, page.has_more || kept.length < newestFirst.length)

  let tokens = 0
  const history: ThreadItem[][] = []
  for (const items of turns) {
    tokens += estimateTurn(items)
    if (tokens > maxTokens && history.length > 0) break
    history.unshift(items)
  }
  const items = history.flat()
  const left = newestFirst.slice(items.length).toReversed()
  const summary = left.length > 0 ? await summarize?.(left) : undefined
  return summary ? [noteOf(summary, thread), ...items] : items
}

const estimateTurn = (items: ThreadItem[]): number =>
  estimateTokens(toAgentInput(items)) +
  estimateAttachments(items.flatMap((item) => (item.type === 'user_message' ? item.attachments : [])))

const noteOf = (content: string, thread: Thread): ThreadItem => ({
  id: 'summary',
  thread_id: thread.id,
  created_at: thread.created_at,
  type: 'hidden_context_item',
  content,
})

/** The turns in these items, newest first, each oldest first. The oldest is dropped when its beginning is cut off. */
function wholeTurns(newestFirst: ThreadItem[], isCut: boolean): ThreadItem[][] {
  const turns: ThreadItem[][] = []
  let items: ThreadItem[] = []
  for (const item of newestFirst) {
    items.unshift(item)
    if (item.type !== 'user_message') continue
    turns.push(items)
    items = []
  }
  const isCurrentTurn = turns.length === 0
  if (items.length > 0 && (!isCut || isCurrentTurn)) turns.push(items)
  return turns
}
