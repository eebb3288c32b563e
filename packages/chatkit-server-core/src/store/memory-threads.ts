import { ChatKitError } from '../errors.ts'
import type { Attachment } from '../protocol/attachments.ts'
import { isHidden, type ThreadItem } from '../protocol/items.ts'
import type { Page } from '../protocol/pages.ts'
import type { Thread } from '../protocol/threads.ts'
import type { Scope } from './scope.ts'
import type { Feedback, ItemQuery, PageQuery, ThreadChanges, ThreadStore } from './thread-store.ts'

interface Owned {
  owner: string
  tenant: string | undefined
}

interface ThreadRecord extends Owned {
  thread: Thread
  /** In order of arrival; replacing a value keeps its place, as a Map does. */
  items: Map<string, ThreadItem>
  /** By item and person. */
  feedback: Map<string, Feedback['kind']>
}

/** Threads, items, attachments and feedback in this process, and nothing after it. */
export class MemoryThreads<TContext = unknown> implements ThreadStore<TContext> {
  readonly #threads = new Map<string, ThreadRecord>()
  readonly #attachments = new Map<string, Owned & { attachment: Attachment }>()

  createThread = async (thread: Thread, items: ThreadItem[], scope: Scope<TContext>): Promise<void> => {
    if (this.#threads.has(thread.id)) throw new Error(`The thread id "${thread.id}" is taken.`)
    const record = {
      ...ownedBy(scope),
      thread: structuredClone(thread),
      items: new Map(),
      feedback: new Map(),
    }
    appendTo(record, items)
    this.#threads.set(thread.id, record)
  }

  appendItems = async (threadId: string, items: ThreadItem[], scope: Scope<TContext>): Promise<void> => {
    appendTo(this.#load(threadId, scope), items)
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
    const { thread } = this.#load(threadId, scope)
    const { title, status, allowed_image_domains: domains, metadata } = structuredClone(changes)
    if (title === null) delete thread.title
    else if (title !== undefined) thread.title = title
    if (status !== undefined) thread.status = status
    if (domains === null) delete thread.allowed_image_domains
    else if (domains !== undefined) thread.allowed_image_domains = domains
    if (metadata !== undefined) thread.metadata = metadata
    return structuredClone(thread)
  }

  deleteThread = async (threadId: string, scope: Scope<TContext>): Promise<void> => {
    if (!this.#find(threadId, scope)) return
    this.#threads.delete(threadId)
    for (const [id, { attachment }] of this.#attachments) {
      if (attachment.thread_id === threadId) this.#attachments.delete(id)
    }
  }

  loadItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<ThreadItem> => {
    const item = this.#load(threadId, scope).items.get(itemId)
    if (!item)
      throw new ChatKitError('item_not_found', { key: 'item_not_found', facts: { threadId, id: itemId } })
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

  loadAttachment = async (attachmentId: string, scope: Scope<TContext>): Promise<Attachment> => {
    const record = this.#attachments.get(attachmentId)
    if (record && isOf(record, scope)) return structuredClone(record.attachment)
    throw new ChatKitError('attachment_not_found', {
      key: 'attachment_not_found',
      facts: { id: attachmentId },
    })
  }

  saveAttachment = async (attachment: Attachment, scope: Scope<TContext>): Promise<void> => {
    if (attachment.thread_id !== undefined) this.#load(attachment.thread_id, scope)
    const found = this.#attachments.get(attachment.id)
    if (found && !isOf(found, scope)) throw new Error(`The attachment id "${attachment.id}" is taken.`)
    this.#attachments.set(attachment.id, { ...ownedBy(scope), attachment: structuredClone(attachment) })
  }

  deleteAttachment = async (attachmentId: string, scope: Scope<TContext>): Promise<void> => {
    const record = this.#attachments.get(attachmentId)
    if (record && isOf(record, scope)) this.#attachments.delete(attachmentId)
  }

  saveFeedback = async ({ threadId, itemIds, kind }: Feedback, scope: Scope<TContext>): Promise<void> => {
    const record = this.#load(threadId, scope)
    const missing = itemIds.find((id) => !record.items.has(id))
    if (missing !== undefined) {
      throw new ChatKitError('item_not_found', { key: 'item_not_found', facts: { threadId, id: missing } })
    }
    for (const id of itemIds) record.feedback.set(`${id} ${scope.owner}`, kind)
  }

  close = async (): Promise<void> => {}

  #find(threadId: string, scope: Scope<TContext>): ThreadRecord | undefined {
    const record = this.#threads.get(threadId)
    return record && isOf(record, scope) ? record : undefined
  }

  #load(threadId: string, scope: Scope<TContext>): ThreadRecord {
    const record = this.#find(threadId, scope)
    if (!record)
      throw new ChatKitError('thread_not_found', { key: 'thread_not_found', facts: { id: threadId } })
    return record
  }
}

function appendTo(record: ThreadRecord, items: ThreadItem[]): void {
  const taken = items.find(({ id }) => record.items.has(id))
  if (taken) throw new Error(`The item id "${taken.id}" is taken in thread "${record.thread.id}".`)
  for (const item of items) record.items.set(item.id, structuredClone(item))
}

const ownedBy = ({ owner, tenant }: Scope): Owned => ({ owner, tenant })

const isOf = (record: Owned, scope: Scope): boolean =>
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
