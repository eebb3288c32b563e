import { ChatKitError } from '../errors.ts'
import { isHidden, type ThreadItem } from '../protocol/items.ts'
import type { Page } from '../protocol/pages.ts'
import type { Thread } from '../protocol/threads.ts'
import type { Scope } from './scope.ts'
import type { ItemQuery, OpenedTurn, PageQuery, Store, ThreadChanges, TurnOpening } from './store.ts'

interface ThreadRecord {
  thread: Thread
  owner: string
  tenant: string | undefined
  /** In order of arrival; replacing a value keeps its place, as a Map does. */
  items: Map<string, ThreadItem>
}

/** Keeps everything in this process and nothing after it: for tests, for trying out, for the shortest example. */
export class MemoryStore<TContext = unknown> implements Store<TContext> {
  readonly #threads = new Map<string, ThreadRecord>()

  openTurn = async (opening: TurnOpening, scope: Scope<TContext>): Promise<OpenedTurn> => {
    let record: ThreadRecord | undefined
    if (opening.newThread) {
      const { id } = opening.newThread
      if (this.#threads.has(id)) throw new Error(`The thread id "${id}" is taken.`)
      record = {
        thread: structuredClone(opening.newThread),
        owner: scope.owner,
        tenant: scope.tenant,
        items: new Map(),
      }
    } else {
      record = this.#find(opening.thread ?? '', scope)
      if (!record) return { refused: 'thread_not_found' }
      const { type } = record.thread.status
      if (type === 'locked') return { refused: 'thread_locked' }
      if (type === 'closed') return { refused: 'thread_closed' }
    }
    const taken = opening.items.find(({ id }) => record.items.has(id))
    if (taken) throw new Error(`The item id "${taken.id}" is taken in thread "${record.thread.id}".`)
    for (const item of opening.items) record.items.set(item.id, structuredClone(item))
    this.#threads.set(record.thread.id, record)
    return { thread: structuredClone(record.thread) }
  }

  loadThread = async (threadId: string, scope: Scope<TContext>): Promise<Thread> =>
    structuredClone(this.#load(threadId, scope).thread)

  listThreads = async (query: PageQuery, scope: Scope<TContext>): Promise<Page<Thread>> => {
    const mine = [...this.#threads.values()]
      .filter((record) => isOf(record, scope))
      .map((record) => record.thread)
      .toSorted((a, b) => compare(a.created_at, b.created_at) || compare(a.id, b.id))
    return pageOf(mine, query)
  }

  saveThread = async (threadId: string, changes: ThreadChanges, scope: Scope<TContext>): Promise<Thread> => {
    const record = this.#load(threadId, scope)
    const { title, status, allowed_image_domains: domains, metadata } = structuredClone(changes)
    const { thread } = record
    if (title === null) delete thread.title
    else if (title !== undefined) thread.title = title
    if (status !== undefined) thread.status = status
    if (domains === null) delete thread.allowed_image_domains
    else if (domains !== undefined) thread.allowed_image_domains = domains
    if (metadata !== undefined) thread.metadata = metadata
    return structuredClone(thread)
  }

  deleteThread = async (threadId: string, scope: Scope<TContext>): Promise<void> => {
    if (this.#find(threadId, scope)) this.#threads.delete(threadId)
  }

  loadItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<ThreadItem> => {
    const item = this.#load(threadId, scope).items.get(itemId)
    if (!item) {
      throw new ChatKitError('item_not_found', `Thread "${threadId}" has no item "${itemId}".`)
    }
    return structuredClone(item)
  }

  listItems = async (
    threadId: string,
    query: ItemQuery,
    scope: Scope<TContext>,
  ): Promise<Page<ThreadItem>> => {
    const items = [...this.#load(threadId, scope).items.values()]
    return pageOf(query.include === 'all' ? items : items.filter((item) => !isHidden(item)), query)
  }

  saveItem = async (threadId: string, item: ThreadItem, scope: Scope<TContext>): Promise<void> => {
    this.#load(threadId, scope).items.set(item.id, structuredClone(item))
  }

  deleteItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<void> => {
    this.#find(threadId, scope)?.items.delete(itemId)
  }

  close = async (): Promise<void> => {}

  #find(threadId: string, scope: Scope<TContext>): ThreadRecord | undefined {
    const record = this.#threads.get(threadId)
    return record && isOf(record, scope) ? record : undefined
  }

  #load(threadId: string, scope: Scope<TContext>): ThreadRecord {
    const record = this.#find(threadId, scope)
    if (!record) throw new ChatKitError('thread_not_found', `There is no thread "${threadId}".`)
    return record
  }
}

const isOf = (record: ThreadRecord, scope: Scope): boolean =>
  record.owner === scope.owner && record.tenant === scope.tenant

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function pageOf<T extends { id: string }>(rows: T[], { limit, order, after }: PageQuery): Page<T> {
  const ordered = order === 'asc' ? rows : rows.toReversed()
  const from = after === undefined ? 0 : ordered.findIndex((row) => row.id === after) + 1
  if (after !== undefined && from === 0) return { data: [], has_more: false }
  const data = ordered.slice(from, from + limit)
  const last = data.at(-1)
  return last && ordered.length > from + limit
    ? { data: structuredClone(data), has_more: true, after: last.id }
    : { data: structuredClone(data), has_more: false }
}
