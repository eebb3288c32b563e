import {
  ChatKitError,
  isHidden,
  type Page,
  type PageQuery,
  type Scope,
  type Thread,
  type ThreadItem,
  type ThreadStore,
} from '@robolearn/chatkit-server-core'

type Kind = 'thread' | 'item' | 'attachment' | 'feedback'

interface Row {
  kind: Kind
  /** Whose it is. */
  of: string
  id: string
  threadId: string | undefined
  json: string
}

/** A store such as an application writes for itself: one list of rows of JSON, and nothing of runs. Wrap it in `withMemoryRuns`. */
export function createThreadStore(): ThreadStore {
  let rows: Row[] = []
  const ofScope = ({ owner, tenant }: Scope): string => JSON.stringify([owner, tenant])
  const find = (kind: Kind, id: string, scope: Scope, threadId?: string): Row | undefined =>
    rows.find(
      (row) => row.kind === kind && row.id === id && row.of === ofScope(scope) && row.threadId === threadId,
    )
  const add = (kind: Kind, value: { id: string }, scope: Scope, threadId?: string): void => {
    rows.push({ kind, of: ofScope(scope), id: value.id, threadId, json: JSON.stringify(value) })
  }
  const must = (row: Row | undefined, kind: 'thread' | 'item' | 'attachment', id: string): Row => {
    if (!row) throw new ChatKitError(`${kind}_not_found`, `There is no ${kind} "${id}".`)
    return row
  }
  const mustBeFree = (kind: Kind, id: string, threadId?: string): void => {
    const taken = rows.some((row) => row.kind === kind && row.id === id && row.threadId === threadId)
    if (taken) throw new Error(`The ${kind} id "${id}" is taken.`)
  }
  /** All of the items or none. */
  const append = (threadId: string, items: ThreadItem[], scope: Scope): void => {
    const before = [...rows]
    try {
      for (const item of items) {
        mustBeFree('item', item.id, threadId)
        add('item', item, scope, threadId)
      }
    } catch (error) {
      rows = before
      throw error
    }
  }
  const itemsOf = (threadId: string, scope: Scope): ThreadItem[] => {
    must(find('thread', threadId, scope), 'thread', threadId)
    return rows
      .filter((row) => row.kind === 'item' && row.threadId === threadId)
      .map(({ json }) => JSON.parse(json) as ThreadItem)
  }

  return {
    createThread: async (thread, items, scope) => {
      mustBeFree('thread', thread.id)
      append(thread.id, items, scope)
      add('thread', thread, scope)
    },
    appendItems: async (threadId, items, scope) => {
      must(find('thread', threadId, scope), 'thread', threadId)
      append(threadId, items, scope)
    },
    loadThread: async (threadId, scope) =>
      JSON.parse(must(find('thread', threadId, scope), 'thread', threadId).json),
    listThreads: async (query, scope) => {
      const key = ({ created_at, id }: Thread): string => `${created_at} ${id}`
      const threads = rows
        .filter(({ kind, of }) => kind === 'thread' && of === ofScope(scope))
        .map(({ json }) => JSON.parse(json) as Thread)
        .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
      return pageOf(threads, query)
    },
    saveThread: async (threadId, changes, scope) => {
      const row = must(find('thread', threadId, scope), 'thread', threadId)
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      const merged: Record<string, unknown> = { ...JSON.parse(row.json), ...Object.fromEntries(given) }
      const kept = Object.entries(merged).filter(([, value]) => value !== null)
      row.json = JSON.stringify(Object.fromEntries(kept))
      return JSON.parse(row.json)
    },
    deleteThread: async (threadId, scope) => {
      if (!find('thread', threadId, scope)) return
      rows = rows.filter(({ kind, id, threadId: of, json }) => {
        if (kind === 'thread') return id !== threadId
        if (kind === 'attachment') return JSON.parse(json).thread_id !== threadId
        return of !== threadId
      })
    },
    loadItem: async (threadId, itemId, scope) => {
      must(find('thread', threadId, scope), 'thread', threadId)
      return JSON.parse(must(find('item', itemId, scope, threadId), 'item', itemId).json)
    },
    listItems: async (threadId, query, scope) => {
      const items = itemsOf(threadId, scope)
      return pageOf(query.include === 'all' ? items : items.filter((item) => !isHidden(item)), query)
    },
    saveItem: async (threadId, item, scope) => {
      must(find('thread', threadId, scope), 'thread', threadId)
      const row = find('item', item.id, scope, threadId)
      if (row) row.json = JSON.stringify(item)
      else add('item', item, scope, threadId)
    },
    deleteItem: async (threadId, itemId, scope) => {
      rows = rows.filter((row) => row !== find('item', itemId, scope, threadId))
    },
    loadAttachment: async (attachmentId, scope) =>
      JSON.parse(must(find('attachment', attachmentId, scope), 'attachment', attachmentId).json),
    saveAttachment: async (attachment, scope) => {
      const row = find('attachment', attachment.id, scope)
      if (!row) mustBeFree('attachment', attachment.id)
      if (row) row.json = JSON.stringify(attachment)
      else add('attachment', attachment, scope)
    },
    deleteAttachment: async (attachmentId, scope) => {
      rows = rows.filter((row) => row !== find('attachment', attachmentId, scope))
    },
    saveFeedback: async ({ threadId, itemIds, kind }, scope) => {
      must(find('thread', threadId, scope), 'thread', threadId)
      for (const id of itemIds) must(find('item', id, scope, threadId), 'item', id)
      for (const id of itemIds) {
        rows = rows.filter((row) => row !== find('feedback', id, scope, threadId))
        const given = { id, kind }
        add('feedback', given, scope, threadId)
      }
    },
    close: async () => {},
  }
}

function pageOf<T extends { id: string }>(rows: T[], { limit, order, after }: PageQuery): Page<T> {
  const ordered = order === 'asc' ? rows : rows.toReversed()
  const at = ordered.findIndex(({ id }) => id === after)
  if (after !== undefined && at === -1) return { data: [], has_more: false }
  const data = ordered.slice(at + 1, at + 1 + limit)
  const more = ordered.length > at + 1 + limit
  const last = data.at(-1)
  return { data, has_more: more, ...(more && last ? { after: last.id } : {}) }
}
