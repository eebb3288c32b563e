import {
  type ChatKitClient,
  ChatKitRequestError,
  type ThreadState,
} from '@robolearn/chatkit-server-core/client'

export type Thread = NonNullable<ThreadState['thread']>

export interface ThreadListView {
  /** Newest first. */
  threads: readonly Thread[]
  phase: 'idle' | 'loading' | 'failed'
  hasMore: boolean
}

/** How a change went: `gone` when the conversation is no longer there. */
export type Outcome = 'done' | 'gone' | 'failed'

export interface ThreadList {
  /** The first page, anew. */
  load: () => Promise<void>
  /** The next page. */
  more: () => Promise<void>
  rename: (id: string, title: string) => Promise<Outcome>
  remove: (id: string) => Promise<Outcome>
  clear: () => void
}

export interface ThreadListOptions {
  client: Pick<ChatKitClient, 'send'>
  onChange: (view: ThreadListView) => void
  onSignedOut: () => void
}

const PAGE_SIZE = 20
const EMPTY: ThreadListView = { threads: [], phase: 'idle', hasMore: false }

/** A learner's conversations, a page at a time. */
export function createThreadList({ client, onChange, onSignedOut }: ThreadListOptions): ThreadList {
  let view = EMPTY
  let after: string | undefined
  let current = new AbortController()

  function show(next: ThreadListView): void {
    view = next
    onChange(view)
  }

  function explain(error: unknown): Outcome {
    if (!(error instanceof ChatKitRequestError)) return 'failed'
    if (error.status === 401) onSignedOut()
    return error.status === 404 ? 'gone' : 'failed'
  }

  async function loadPage(known: readonly Thread[]): Promise<void> {
    current.abort()
    current = new AbortController()
    const { signal } = current
    show({ ...view, phase: 'loading' })
    try {
      const params = { limit: PAGE_SIZE, order: 'desc' as const, after: after ?? null }
      const page = await client.send({ type: 'threads.list', params }, { signal })
      after = page.after
      const ids = new Set(known.map(({ id }) => id))
      const threads = [...known, ...page.data.filter(({ id }) => !ids.has(id))]
      show({ threads, phase: 'idle', hasMore: page.has_more })
    } catch (error) {
      if (signal.aborted) return
      show({ ...view, phase: 'failed' })
      explain(error)
    }
  }

  async function load(): Promise<void> {
    after = undefined
    await loadPage([])
  }

  function without(id: string): void {
    show({ ...view, threads: view.threads.filter((thread) => thread.id !== id) })
  }

  async function rename(id: string, title: string): Promise<Outcome> {
    try {
      await client.send({ type: 'threads.update', params: { thread_id: id, title } })
    } catch (error) {
      const outcome = explain(error)
      if (outcome === 'gone') without(id)
      return outcome
    }
    show({
      ...view,
      threads: view.threads.map((thread) => (thread.id === id ? { ...thread, title } : thread)),
    })
    return 'done'
  }

  async function remove(id: string): Promise<Outcome> {
    try {
      await client.send({ type: 'threads.delete', params: { thread_id: id } })
    } catch (error) {
      // Deleted elsewhere is deleted.
      if (explain(error) !== 'gone') return 'failed'
    }
    without(id)
    return 'done'
  }

  function clear(): void {
    current.abort()
    after = undefined
    show(EMPTY)
  }

  return { load, more: () => loadPage(view.threads), rename, remove, clear }
}
