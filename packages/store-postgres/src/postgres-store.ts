import {
  ChatKitError,
  type Attachment,
  type Feedback,
  type ItemQuery,
  type Page,
  type PageQuery,
  type Scope,
  type Thread,
  type ThreadChanges,
  type ThreadItem,
  type ThreadStore,
} from '@robolearn/chatkit-server-core'
import { connect } from './connect.ts'
import type { Database } from './database.ts'
import { StoreError, toStoreFailure } from './errors.ts'
import { toThread, type ThreadRow } from './mapping/thread.ts'
import { migrate } from './migrations/migrate.ts'
import { deleteAttachment, loadAttachment, saveAttachment } from './queries/attachments.ts'
import { saveFeedback } from './queries/feedback.ts'
import { appendItems, deleteItem, listItems, loadItem, saveItem } from './queries/items.ts'
import { listThreads } from './queries/list-threads.ts'
import { toPage } from './queries/page.ts'
import { deleteThread, insertThread, loadThread, updateThread } from './queries/threads.ts'
import { tablesOf, type Tables } from './schema.ts'
import { run, type Statement } from './statement.ts'

export type PostgresStoreOptions = {
  /** The schema in which the tables are: lower-case letters, digits and underscores. Default `chatkit`. */
  schema?: string
} & (
  | {
      /** A `Kysely` instance of PostgreSQL 14 or newer, or of `openEmbedded`. Whoever made it closes it. */
      db: Database
    }
  | {
      /** Where the database is (`postgres://…`). The store makes a pool of its own and ends it in `close()`. */
      connectionString: string
    }
)

/**
 * Threads, items, attachments and feedback in PostgreSQL, or in an embedded database. Call `migrate()` once
 * before anything else. A server is given it as `withMemoryRuns(store)`.
 *
 * Every method is one statement. It rejects with what `ThreadStore` says, and besides with a `StoreError`:
 * `invalid_text` for text that PostgreSQL cannot store, `unique_violation` when the id of a new thread or of an
 * appended item is taken, or that of an attachment by someone else, `not_migrated`. Nothing of a call that
 * rejects is stored, except that after a cut connection (`unavailable`) a write may have happened.
 */
export class PostgresStore<TContext = unknown> implements ThreadStore<TContext> {
  readonly #db: Database
  readonly #tables: Tables
  readonly #end: () => Promise<void>

  constructor(options: PostgresStoreOptions) {
    this.#tables = tablesOf(options.schema ?? 'chatkit')
    const { db, end } =
      'db' in options ? { db: options.db, end: async () => {} } : connect(options.connectionString)
    this.#db = db
    this.#end = end
  }

  /**
   * Makes the schema and its tables, or brings them up to date. Does nothing when they are. Any number of
   * processes may call it at once. Rejects with a `StoreError` (`schema_too_new`) when a newer version of this
   * package has been there.
   */
  migrate = async (): Promise<void> => {
    try {
      await migrate(this.#db, this.#tables)
    } catch (error) {
      throw toStoreFailure(error)
    }
  }

  createThread = async (thread: Thread, items: ThreadItem[], scope: Scope<TContext>): Promise<void> => {
    await this.#run(insertThread(this.#tables, thread, items, scope))
  }

  appendItems = async (threadId: string, items: ThreadItem[], scope: Scope<TContext>): Promise<void> => {
    const [row] = await this.#run(appendItems(this.#tables, threadId, items, scope))
    if (!row) throw threadNotFound(threadId)
  }

  loadThread = async (threadId: string, scope: Scope<TContext>): Promise<Thread> => {
    const [row] = await this.#run(loadThread(this.#tables, threadId, scope))
    if (!row) throw threadNotFound(threadId)
    return parseThread(row.thread)
  }

  listThreads = async (query: PageQuery, scope: Scope<TContext>): Promise<Page<Thread>> => {
    const [row] = await this.#run(listThreads(this.#tables, query, scope))
    const rows: ThreadRow[] = JSON.parse(row?.page ?? '[]')
    return toPage(rows.map(toThread), query.limit)
  }

  saveThread = async (threadId: string, changes: ThreadChanges, scope: Scope<TContext>): Promise<Thread> => {
    const [row] = await this.#run(updateThread(this.#tables, threadId, changes, scope))
    if (!row) throw threadNotFound(threadId)
    return parseThread(row.thread)
  }

  deleteThread = async (threadId: string, scope: Scope<TContext>): Promise<void> => {
    await this.#run(deleteThread(this.#tables, threadId, scope))
  }

  loadItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<ThreadItem> => {
    const [row] = await this.#run(loadItem(this.#tables, threadId, itemId, scope))
    if (!row) throw threadNotFound(threadId)
    if (row.item === null) throw itemNotFound(threadId, itemId)
    return JSON.parse(row.item)
  }

  listItems = async (
    threadId: string,
    query: ItemQuery,
    scope: Scope<TContext>,
  ): Promise<Page<ThreadItem>> => {
    const [row] = await this.#run(listItems(this.#tables, threadId, query, scope))
    if (!row) throw threadNotFound(threadId)
    const items: ThreadItem[] = JSON.parse(row.page ?? '[]')
    return toPage(items, query.limit)
  }

  saveItem = async (threadId: string, item: ThreadItem, scope: Scope<TContext>): Promise<void> => {
    const [row] = await this.#run(saveItem(this.#tables, threadId, item, scope))
    if (!row) throw threadNotFound(threadId)
  }

  deleteItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<void> => {
    await this.#run(deleteItem(this.#tables, threadId, itemId, scope))
  }

  loadAttachment = async (attachmentId: string, scope: Scope<TContext>): Promise<Attachment> => {
    const [row] = await this.#run(loadAttachment(this.#tables, attachmentId, scope))
    if (!row) {
      throw new ChatKitError('attachment_not_found', `There is no attachment "${attachmentId}".`)
    }
    return JSON.parse(row.attachment)
  }

  /** Rejects with `thread_not_found` where the attachment names a thread that is not there. */
  saveAttachment = async (attachment: Attachment, scope: Scope<TContext>): Promise<void> => {
    const { id, thread_id: threadId } = attachment
    const [row] = await this.#run(saveAttachment(this.#tables, attachment, scope))
    if (row?.saved) return
    if (threadId !== undefined && !row?.thread) throw threadNotFound(threadId)
    throw new StoreError('unique_violation', `The attachment id "${id}" is taken.`)
  }

  deleteAttachment = async (attachmentId: string, scope: Scope<TContext>): Promise<void> => {
    await this.#run(deleteAttachment(this.#tables, attachmentId, scope))
  }

  saveFeedback = async (feedback: Feedback, scope: Scope<TContext>): Promise<void> => {
    const [row] = await this.#run(saveFeedback(this.#tables, feedback, scope))
    if (!row) throw threadNotFound(feedback.threadId)
    if (row.missing !== null) throw itemNotFound(feedback.threadId, row.missing)
  }

  /** Ends the pool that the store made, after what is under way. A `db` that was given stays open. */
  close = async (): Promise<void> => {
    await this.#end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #run<Row>(statement: Statement<Row>): Promise<Row[]> {
    try {
      return await run(this.#db, statement)
    } catch (error) {
      throw toStoreFailure(error)
    }
  }
}

const parseThread = (json: string): Thread => toThread(JSON.parse(json))

const threadNotFound = (threadId: string): ChatKitError =>
  new ChatKitError('thread_not_found', `There is no thread "${threadId}".`)

const itemNotFound = (threadId: string, itemId: string): ChatKitError =>
  new ChatKitError('item_not_found', `Thread "${threadId}" has no item "${itemId}".`)
