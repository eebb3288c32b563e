import type { PlainRequest, Replies } from './requests.ts'
import { emptyThreadState, type ThreadState } from './thread-state.ts'

export interface LoadedThread {
  state: ThreadState
  /**
   * Where the events of the answer under way go on behind `state`, which holds its words so far: `after` of a
   * `threads.resume`. Absent where nothing is being answered.
   */
  cursor?: string
}

/** A plain operation, with the cursor that its reply carries. */
export type Ask = <R extends PlainRequest>(
  request: R,
) => Promise<{ reply: Replies[R['type']]; cursor: string | undefined }>

const PAGE_SIZE = 100

/** A thread with all of its items, oldest first. */
export async function loadThread(ask: Ask, threadId: string): Promise<LoadedThread> {
  const first = await ask({ type: 'threads.get_by_id', params: { thread_id: threadId } })
  let { cursor } = first
  const { items, ...thread } = first.reply
  const data = [...items.data]
  for (let page = items; page.has_more && page.after !== undefined;) {
    const next = await ask({
      type: 'items.list',
      params: { thread_id: threadId, order: 'asc', limit: PAGE_SIZE, after: page.after },
    })
    page = next.reply
    cursor = next.cursor
    data.push(...page.data)
  }
  const state: ThreadState = { ...emptyThreadState, thread, items: data }
  return cursor === undefined ? { state } : { state, cursor }
}
