import { randomUUID } from 'node:crypto'
import {
  ChatKitError,
  type Attachment,
  type Feedback,
  type ItemQuery,
  type Page,
  type PageQuery,
  type Scope,
  type Store,
  type Thread,
  type ThreadChanges,
  type ThreadItem,
} from '@robolearn/chatkit-server-core'
import { ActiveRuns } from './active-runs.ts'
import { connect } from './connect.ts'
import type { Database } from './database.ts'
import { isEmbedded, isFirstUse } from './embedded/embedded-databases.ts'
import { StoreError, toStoreFailure } from './errors.ts'
import { FencedWriter } from './fenced-writer.ts'
import { Leases } from './leases.ts'
import { toThread, type ThreadRow } from './mapping/thread.ts'
import { migrate } from './migrations/migrate.ts'
import { RunWatch } from './notify/run-watch.ts'
import { deleteAttachment, loadAttachment, saveAttachment } from './queries/attachments.ts'
import { eraseOwner, eraseThreadsBefore, type Erased, type EraseOptions } from './queries/erase-owner.ts'
import { exportOwner, type ExportRecord } from './queries/export-owner.ts'
import { saveFeedback } from './queries/feedback.ts'
import { deleteItem, listItems, loadItem, saveItem } from './queries/items.ts'
import { listThreads } from './queries/list-threads.ts'
import { toPage } from './queries/page.ts'
import { prune, type Pruned } from './queries/prune.ts'
import { unsafeSettings } from './queries/settings.ts'
import { claimState, saveState } from './queries/states.ts'
import { deleteThread, loadThread, updateThread } from './queries/threads.ts'
import { RunStore } from './run-store.ts'
import { tablesOf, type Tables } from './schema.ts'
import { Session } from './session.ts'
import { Sweeper } from './sweeper.ts'

export type PostgresStoreOptions = {
  /** The schema in which the tables are: lower-case letters, digits and underscores. Default `chatkit`. */
  schema?: string
  /**
   * How long the runs of a process that is gone stay as they are before another process ends them; it takes twice as
   * long at most. The lease is renewed three times in this time. A process that cannot renew it stops its runs itself,
   * before others may end them: an outage of the database that is longer than this ends all answers. Default 15,000.
   */
  leaseMs?: number
  /**
   * The server itself, for one connection that listens for what other processes write. Behind a pooler in transaction
   * mode it has to lead past that. Default: `connectionString`; where only `db` is given, nothing listens, and readers
   * of a run in another process look for more twice a second.
   */
  listenConnectionString?: string
  /** Told, in a line for the operators, where the database keeps or tells less than it could. */
  onNotice?: (line: string) => void
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
 * Threads, items, attachments, feedback and runs in PostgreSQL, or in an embedded database. Call `migrate()` once
 * before anything else.
 *
 * Any number of processes may use one database. Each has a lease there, which it begins with its first turn or with
 * `migrate()` and renews; the runs of one that is gone are ended by the others, with what they have said so far.
 *
 * It rejects with what `Store` says, and besides with a `StoreError`: `invalid_text` for text that PostgreSQL cannot
 * store, `unique_violation` when the id of a new thread or of a new item is taken, or that of an attachment by
 * someone else, `not_migrated`. Nothing of a call that rejects is stored, except that after a cut connection
 * (`unavailable`) a write may have happened. Events, items and ends of runs, and opened turns, are then looked for or
 * sent again, without being there twice.
 */
export class PostgresStore<TContext = unknown> implements Store<TContext> {
  readonly #db: Database
  readonly #tables: Tables
  readonly #end: () => Promise<void>
  readonly #onNotice: (line: string) => void
  readonly #session: Session
  readonly #writer: FencedWriter
  readonly #active = new ActiveRuns()
  readonly #watch: RunWatch
  readonly #leases: Leases
  readonly #runs: RunStore

  constructor(options: PostgresStoreOptions) {
    const { schema = 'chatkit', leaseMs = 15_000, onNotice = () => {} } = options
    const tables = tablesOf(schema)
    const { db, end } =
      'db' in options ? { db: options.db, end: async () => {} } : connect(options.connectionString)
    const session = new Session(db)
    const active = this.#active
    const processId = randomUUID()
    const watch = new RunWatch({
      session,
      tables,
      listenConnectionString:
        options.listenConnectionString ??
        ('connectionString' in options ? options.connectionString : undefined),
      hasOthers: !isEmbedded(db),
      isFollowedHere: (runId) => active.has(runId),
      onDeaf: onNotice,
    })
    const sweeper = new Sweeper({
      session,
      tables,
      processId,
      leaseMs,
      known: () => active.ids(),
      onEnded: (run) => watch.wrote(run.id),
    })
    const isAlone = (): boolean => isFirstUse(db, schema)
    const leases = new Leases({ session, tables, sweeper, processId, leaseMs, isAlone })
    this.#db = db
    this.#end = end
    this.#onNotice = onNotice
    this.#tables = tables
    this.#session = session
    this.#writer = new FencedWriter(session, tables)
    this.#watch = watch
    this.#leases = leases
    this.#runs = new RunStore({ session, tables, processId, leaseMs, active, leases, sweeper, watch })
  }

  /**
   * Makes the schema and its tables, or brings them up to date. Does nothing when they are. Any number of
   * processes may call it at once. Rejects with a `StoreError` (`schema_too_new`) when a newer version of this
   * package has been there. Then begins to look after runs that nobody executes any more.
   */
  migrate = async (): Promise<void> => {
    try {
      await migrate(this.#db, this.#tables)
    } catch (error) {
      throw toStoreFailure(error)
    }
    await this.#leases.start()
    await this.#tellIfUnsafe()
  }

  openTurn: Store<TContext>['openTurn'] = (opening, scope) => this.#runs.openTurn(opening, scope)
  appendDeltas: Store<TContext>['appendDeltas'] = (run, entries) => this.#runs.appendDeltas(run, entries)
  appendItemEvent: Store<TContext>['appendItemEvent'] = (run, entries, change) =>
    this.#runs.appendItemEvent(run, entries, change)
  closeRun: Store<TContext>['closeRun'] = (run, ending) => this.#runs.closeRun(run, ending)
  endAbandoned: Store<TContext>['endAbandoned'] = (run) => this.#runs.endAbandoned(run)
  heldUntilMs: Store<TContext>['heldUntilMs'] = () => this.#runs.heldUntilMs()
  requestStop: Store<TContext>['requestStop'] = (target, scope) => this.#runs.requestStop(target, scope)
  activeRun: Store<TContext>['activeRun'] = (threadId, scope) => this.#runs.activeRun(threadId, scope)
  readEvents: Store<TContext>['readEvents'] = (runId, after, scope) =>
    this.#runs.readEvents(runId, after, scope)
  watchRuns: Store<TContext>['watchRuns'] = (runIds, wake) => this.#watch.watch(runIds, wake)
  counters: Store<TContext>['counters'] = () => this.#active.counters()

  saveState: Store<TContext>['saveState'] = async (key, value, ttlMs, scope) => {
    await this.#writer.write(saveState(this.#tables, key, value, ttlMs, scope), scope)
  }

  claimState: Store<TContext>['claimState'] = async (key, scope) => {
    const [row] = await this.#writer.write(claimState(this.#tables, key, scope), scope)
    const value = row?.value ?? undefined
    return value === undefined ? undefined : JSON.parse(value)
  }

  loadThread = async (threadId: string, scope: Scope<TContext>): Promise<Thread> => {
    const [row] = await this.#session.run(loadThread(this.#tables, threadId, scope))
    if (!row) throw threadNotFound(threadId)
    return parseThread(row.thread)
  }

  listThreads = async (query: PageQuery, scope: Scope<TContext>): Promise<Page<Thread>> => {
    const [row] = await this.#session.run(listThreads(this.#tables, query, scope))
    const rows: ThreadRow[] = JSON.parse(row?.page ?? '[]')
    return toPage(rows.map(toThread), query.limit)
  }

  saveThread = async (threadId: string, changes: ThreadChanges, scope: Scope<TContext>): Promise<Thread> => {
    const [row] = await this.#writer.write(updateThread(this.#tables, threadId, changes, scope), scope)
    if (!row) throw threadNotFound(threadId)
    return parseThread(row.thread)
  }

  deleteThread = async (threadId: string, scope: Scope<TContext>): Promise<void> => {
    const deleted = await this.#writer.write(deleteThread(this.#tables, threadId, scope), scope)
    if (deleted.length > 0) this.#runs.threadDeleted(threadId)
  }

  loadItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<ThreadItem> => {
    const [row] = await this.#session.run(loadItem(this.#tables, threadId, itemId, scope))
    if (!row) throw threadNotFound(threadId)
    if (row.item === null) throw itemNotFound(threadId, itemId)
    return JSON.parse(row.item)
  }

  listItems = async (
    threadId: string,
    query: ItemQuery,
    scope: Scope<TContext>,
  ): Promise<Page<ThreadItem>> => {
    const [row] = await this.#session.run(listItems(this.#tables, threadId, query, scope))
    if (!row) throw threadNotFound(threadId)
    const items: ThreadItem[] = JSON.parse(row.page ?? '[]')
    return toPage(items, query.limit)
  }

  saveItem = async (threadId: string, item: ThreadItem, scope: Scope<TContext>): Promise<void> => {
    const [row] = await this.#writer.write(saveItem(this.#tables, threadId, item, scope), scope)
    if (!row) throw threadNotFound(threadId)
  }

  deleteItem = async (threadId: string, itemId: string, scope: Scope<TContext>): Promise<void> => {
    await this.#writer.write(deleteItem(this.#tables, threadId, itemId, scope), scope)
  }

  loadAttachment = async (attachmentId: string, scope: Scope<TContext>): Promise<Attachment> => {
    const [row] = await this.#session.run(loadAttachment(this.#tables, attachmentId, scope))
    if (!row) {
      throw new ChatKitError('attachment_not_found', {
        key: 'attachment_not_found',
        facts: { id: attachmentId },
      })
    }
    return JSON.parse(row.attachment)
  }

  /** Rejects with `thread_not_found` where the attachment names a thread that is not there. */
  saveAttachment = async (attachment: Attachment, scope: Scope<TContext>): Promise<void> => {
    const { id, thread_id: threadId } = attachment
    const [row] = await this.#writer.write(saveAttachment(this.#tables, attachment, scope), scope)
    if (row?.saved) return
    await this.#writer.check(scope)
    if (threadId !== undefined && !row?.thread) throw threadNotFound(threadId)
    throw new StoreError('unique_violation', `The attachment id "${id}" is taken.`)
  }

  deleteAttachment = async (attachmentId: string, scope: Scope<TContext>): Promise<void> => {
    await this.#writer.write(deleteAttachment(this.#tables, attachmentId, scope), scope)
  }

  saveFeedback = async (feedback: Feedback, scope: Scope<TContext>): Promise<void> => {
    const [row] = await this.#writer.write(saveFeedback(this.#tables, feedback, scope), scope)
    if (!row) throw threadNotFound(feedback.threadId)
    if (row.missing !== null) throw itemNotFound(feedback.threadId, row.missing)
  }

  /**
   * Deletes everything that is kept of an owner (with `tenant`: in that tenant, else outside of every one), in
   * batches: threads with their items, feedback, runs and logs, attachments, idempotency keys, states. Private to
   * the operator. Sign the owner out first: what is written meanwhile may stay. After a failure call it again.
   */
  deleteOwner = (owner: string, tenant?: string, options: EraseOptions = {}): Promise<Erased> =>
    eraseOwner((toRun) => this.#session.run(toRun), this.#tables, { owner, tenant }, options)

  /**
   * Everything that is kept of an owner in words, a page in memory at a time: each thread, behind it its items (also
   * hidden ones) with their feedback, then attachments (not their bytes) and states. Neither one moment's state nor
   * locked: what is written meanwhile may be in it or not.
   */
  exportOwner = (owner: string, tenant?: string): AsyncIterable<ExportRecord> =>
    exportOwner((toRun) => this.#session.run(toRun), this.#tables, { owner, tenant })

  /** Deletes, in batches, the threads of everybody in which nothing was written since. Gives how many. */
  deleteThreadsBefore = (date: Date, options: EraseOptions = {}): Promise<number> =>
    eraseThreadsBefore((toRun) => this.#session.run(toRun), this.#tables, date, options)

  /**
   * Deletes what has expired, in batches: logs of runs 10 minutes after their end, the runs themselves after 24
   * hours, idempotency keys, states. Any number of processes may do it at once.
   */
  prune = (): Promise<Pruned> => prune((toRun) => this.#session.run(toRun), this.#tables)

  /**
   * Gives the lease back, then ends the pool and the connection that the store made, after what is under way. A `db`
   * that was given stays open.
   */
  close = async (): Promise<void> => {
    this.#session.close()
    await Promise.all([this.#leases.close(), this.#watch.close()])
    await this.#end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #tellIfUnsafe(): Promise<void> {
    if (isEmbedded(this.#db)) return
    const [row] = await this.#session.run(unsafeSettings)
    if (!row?.names) return
    this.#onNotice(
      `The database has ${row.names} off: what readers have seen can be lost with a crash of it.`,
    )
  }
}

const parseThread = (json: string): Thread => toThread(JSON.parse(json))

const threadNotFound = (threadId: string): ChatKitError =>
  new ChatKitError('thread_not_found', { key: 'thread_not_found', facts: { id: threadId } })

const itemNotFound = (threadId: string, itemId: string): ChatKitError =>
  new ChatKitError('item_not_found', { key: 'item_not_found', facts: { threadId, id: itemId } })
