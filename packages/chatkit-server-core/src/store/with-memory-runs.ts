import { ChatKitError, undefinedIfNotFound } from '../errors.ts'
import { isHidden, type ThreadItem } from '../protocol/items.ts'
import type { Page } from '../protocol/pages.ts'
import { checkOpening, type CheckedOpening } from './memory-runs/check-opening.ts'
import { KeyedLock } from './memory-runs/keyed-lock.ts'
import { PrivateStates, scopedKey } from './memory-runs/private-states.ts'
import { RequestKeys } from './memory-runs/request-keys.ts'
import { isOf, RunRecords, type RunRecord } from './memory-runs/run-records.ts'
import { RunEndedError } from './run-ended-error.ts'
import type { RunRef, Scope } from './scope.ts'
import type { Appended, LogEntry, OpenedTurn, RunEnding, RunEvents, Store, TurnOpening } from './store.ts'
import type { ItemQuery, ThreadStore } from './thread-store.ts'

export interface MemoryRunsOptions {
  /** Milliseconds since any fixed moment, for what expires. Default: a clock that never goes back. */
  now?: () => number
  /** How long the events of an ended run can be read again. Default 10 minutes. */
  keepLogMs?: number
  /** How many bytes of JSON the logs of ended runs may take together. Default 64 MiB. */
  maxLogBytes?: number
}

/**
 * A full store over one that keeps threads: the runs are in this process. Answers survive a lost connection, but
 * not the end of the process, and other processes do not see them.
 */
export function withMemoryRuns<TContext>(
  threads: ThreadStore<TContext>,
  options: MemoryRunsOptions = {},
): Store<TContext> {
  return new MemoryRuns(threads, options)
}

export class MemoryRuns<TContext> implements Store<TContext> {
  readonly #threads: ThreadStore<TContext>
  readonly #records: RunRecords
  readonly #keys: RequestKeys
  readonly #states: PrivateStates
  readonly #lock = new KeyedLock()

  constructor(threads: ThreadStore<TContext>, options: MemoryRunsOptions = {}) {
    const { now = () => performance.now(), keepLogMs = 600_000, maxLogBytes = 67_108_864 } = options
    this.#threads = threads
    this.#records = new RunRecords({ now, keepLogMs, maxLogBytes })
    this.#keys = new RequestKeys(now)
    this.#states = new PrivateStates(now)
  }

  openTurn = (opening: TurnOpening, scope: Scope<TContext>): Promise<OpenedTurn> => {
    const threadId = threadOf(opening)
    // Always in this order. Two requests with one key may be for two new threads, and two threads may want one
    // attachment.
    const keys = [
      ...(opening.key ? [`key ${scopedKey(opening.key.key, scope)}`] : []),
      threadLock(threadId),
      ...opening.attachmentIds.map((id) => `attachment ${id}`).toSorted(),
    ]
    return this.#lock.runAll([...new Set(keys)], () => this.#openTurn(opening, scope))
  }

  async #openTurn(opening: TurnOpening, scope: Scope<TContext>): Promise<OpenedTurn> {
    const { key, run, newThread, items } = opening
    const known = key && this.#keys.get(key.key, scope)
    if (known) {
      if (known.bodyHash !== key.bodyHash) return refused('idempotency_key_reused')
      return { outcome: 'repeated', run: known.run }
    }
    const checked = await checkOpening(this, opening, scope)
    if (typeof checked === 'string') return refused(checked)
    const { thread, step } = checked
    const active = this.#records.activeOn(thread.id)
    if (active && newThread) throw new Error(`The thread id "${thread.id}" is taken.`)
    if (active) return { outcome: 'refused', code: 'run_active', runId: active.ref.id }
    if (this.#records.activeOf(scope) >= opening.maxActiveRuns) return refused('rate_limited')

    // Claimed before the first write: while a slow database writes, nobody else gets through the checks above.
    const record = this.#records.begin({ id: run.id, threadId: thread.id }, opening, step.setAside, scope)
    try {
      await this.#write(opening, checked, scope)
    } catch (error) {
      this.#records.forgetRun(record)
      throw error
    }
    if (key) this.#keys.set(key.key, key.bodyHash, record.ref, scope)
    const item = step.item ?? items.findLast(({ type }) => type === 'user_message')
    return { outcome: 'opened', thread: structuredClone(thread), item: structuredClone(item) }
  }

  /** Writes what a turn brings. What fails half-way is taken back as far as it can be. */
  async #write(
    { newThread, items }: TurnOpening,
    { thread, step, attachments }: CheckedOpening,
    scope: Scope<TContext>,
  ): Promise<void> {
    if (newThread) await this.#threads.createThread(newThread, items, scope)
    else if (items.length > 0) await this.#threads.appendItems(thread.id, items, scope)
    try {
      for (const attachment of attachments) {
        await this.#threads.saveAttachment({ ...attachment, thread_id: thread.id }, scope)
      }
      for (const item of step.save) await this.#threads.saveItem(thread.id, item, scope)
    } catch (error) {
      // The uploads first: a thread takes those that are bound to it along.
      const unbind = attachments.map((attachment) => this.#threads.saveAttachment(attachment, scope))
      await Promise.allSettled(unbind)
      const undo = newThread
        ? [this.#threads.deleteThread(thread.id, scope)]
        : items.map(({ id }) => this.#threads.deleteItem(thread.id, id, scope))
      await Promise.allSettled(undo)
      throw error
    }
  }

  appendDeltas = async (run: RunRef, entries: LogEntry[]): Promise<Appended> => {
    const record = this.#running(run)
    if (!record) return REFUSED
    this.#records.append(record, entries)
    return { accepted: true, stopRequested: record.stopRequested }
  }

  appendItemEvent = (
    run: RunRef,
    entries: LogEntry[],
    change: { save: ThreadItem } | { remove: string },
  ): Promise<Appended> =>
    // Under the thread's lock, so that an end that is under way comes wholly before or wholly after.
    this.#lock.run(threadLock(run.threadId), async () => {
      const record = this.#running(run)
      if (!record) return REFUSED
      const scope = this.#scopeOf(record)
      if ('save' in change) {
        await this.#threads.saveItem(run.threadId, change.save, scope)
        record.itemIds.add(change.save.id)
        if (!isHidden(change.save)) record.madeIds.add(change.save.id)
      } else {
        await this.#threads.deleteItem(run.threadId, change.remove, scope)
        record.itemIds.delete(change.remove)
        record.madeIds.delete(change.remove)
      }
      this.#records.append(record, entries)
      return { accepted: true, stopRequested: record.stopRequested }
    })

  closeRun = (run: RunRef, ending: RunEnding): Promise<boolean> =>
    this.#lock.run(threadLock(run.threadId), async () => {
      const record = this.#running(run)
      if (!record) return false
      const scope = this.#scopeOf(record)
      const begun = record.madeIds.size > 0 || ending.items.some((item) => !isHidden(item))
      if (begun) {
        for (const id of setAsideBy(record)) await this.#threads.deleteItem(run.threadId, id, scope)
      }
      for (const item of ending.items) {
        await this.#threads.saveItem(run.threadId, item, scope)
        record.itemIds.add(item.id)
      }
      this.#records.append(record, ending.entries)
      this.#records.end(record, ending.status)
      return true
    })

  // Nobody else knows of the runs of this process, and while it lives it executes them.
  endAbandoned: Store<TContext>['endAbandoned'] = async () => false

  heldUntilMs = (): number => Number.POSITIVE_INFINITY

  requestStop = async (
    target: { runId: string } | { threadId: string } | { key: string },
    scope: Scope<TContext>,
  ): Promise<RunRef | undefined> => {
    const record =
      'threadId' in target
        ? this.#records.activeOn(target.threadId)
        : this.#records.get(
            'runId' in target ? target.runId : (this.#keys.get(target.key, scope)?.run.id ?? ''),
          )
    if (!record || record.status !== 'running' || !isOf(record, scope)) return undefined
    record.stopRequested = true
    this.#records.wake(record.ref.id)
    return record.ref
  }

  activeRun = async (threadId: string, scope: Scope<TContext>): Promise<RunRef | undefined> => {
    const record = this.#records.activeOn(threadId)
    return record && isOf(record, scope) ? record.ref : undefined
  }

  readEvents = async (
    runId: string,
    after: number,
    scope: Scope<TContext>,
  ): Promise<RunEvents | undefined> => {
    const record = this.#records.get(runId)
    if (!record) return undefined
    if (!isOf(record, scope)) throw new ChatKitError('thread_not_found', { key: 'run_not_found' })
    const { ref: run, status, log } = record
    if (log) return { run, status, entries: entriesAfter(log, after) }
    return { run, status, entries: [], items: await this.#itemsOf(record, scope) }
  }

  watchRuns = (runIds: string[], wake: () => void): (() => void) => this.#records.watch(runIds, wake)

  saveState = async (key: string, value: unknown, ttlMs: number, scope: Scope<TContext>): Promise<void> =>
    this.#fenced(scope, async () => this.#states.save(key, value, ttlMs, scope))

  claimState = async (key: string, scope: Scope<TContext>): Promise<unknown> =>
    this.#fenced(scope, async () => this.#states.claim(key, scope))

  counters = (): ReturnType<RunRecords['counters']> => this.#records.counters()

  loadThread: Store<TContext>['loadThread'] = (threadId, scope) => this.#threads.loadThread(threadId, scope)
  listThreads: Store<TContext>['listThreads'] = (query, scope) => this.#threads.listThreads(query, scope)
  saveThread: Store<TContext>['saveThread'] = (threadId, changes, scope) =>
    this.#fenced(scope, () => this.#threads.saveThread(threadId, changes, scope))

  deleteThread: Store<TContext>['deleteThread'] = (threadId, scope) =>
    this.#lock.run(threadLock(threadId), async () => {
      this.#checkFence(scope)
      if (!(await this.#findThread(threadId, scope))) return
      await this.#threads.deleteThread(threadId, scope)
      this.#records.forgetThread(threadId)
      this.#keys.forgetThread(threadId)
    })

  loadItem: Store<TContext>['loadItem'] = async (threadId, itemId, scope) => {
    const item = await this.#threads.loadItem(threadId, itemId, scope)
    if (!setAsideBy(this.#records.activeOn(threadId)).has(itemId)) return item
    throw new ChatKitError('item_not_found', { key: 'item_not_found', facts: { threadId, id: itemId } })
  }

  listItems = async (
    threadId: string,
    query: ItemQuery,
    scope: Scope<TContext>,
  ): Promise<Page<ThreadItem>> => {
    const setAside = setAsideBy(this.#records.activeOn(threadId))
    if (setAside.size === 0) return this.#threads.listItems(threadId, query, scope)
    if (query.after !== undefined && setAside.has(query.after)) return { data: [], has_more: false }
    // What is set aside is left out before paging, so that pages stay full: one row more than asked tells of the next.
    const data: ThreadItem[] = []
    for (let { after } = query; data.length <= query.limit;) {
      const page = await this.#threads.listItems(threadId, { ...query, after }, scope)
      data.push(...page.data.filter(({ id }) => !setAside.has(id)))
      if (!page.has_more) break
      after = page.after
    }
    const shown = data.slice(0, query.limit)
    return data.length > query.limit
      ? { data: shown, has_more: true, after: shown.at(-1)?.id }
      : { data: shown, has_more: false }
  }

  saveItem: Store<TContext>['saveItem'] = (threadId, item, scope) =>
    this.#fenced(scope, () => this.#threads.saveItem(threadId, item, scope))
  deleteItem: Store<TContext>['deleteItem'] = (threadId, itemId, scope) =>
    this.#fenced(scope, () => this.#threads.deleteItem(threadId, itemId, scope))
  loadAttachment: Store<TContext>['loadAttachment'] = (id, scope) => this.#threads.loadAttachment(id, scope)
  saveAttachment: Store<TContext>['saveAttachment'] = (attachment, scope) =>
    this.#fenced(scope, () => this.#threads.saveAttachment(attachment, scope))
  deleteAttachment: Store<TContext>['deleteAttachment'] = (id, scope) =>
    this.#fenced(scope, () => this.#threads.deleteAttachment(id, scope))
  saveFeedback: Store<TContext>['saveFeedback'] = (feedback, scope) =>
    this.#fenced(scope, () => this.#threads.saveFeedback(feedback, scope))

  close = (): Promise<void> => this.#threads.close()

  #running(run: RunRef): RunRecord | undefined {
    const record = this.#records.get(run.id)
    return record?.status === 'running' ? record : undefined
  }

  // What the server does for a run is done for the run's owner.
  #scopeOf({ owner, tenant, context }: RunRecord): Scope<TContext> {
    return { owner, ...(tenant === undefined ? {} : { tenant }), context: context as TContext }
  }

  #checkFence({ run }: Scope<TContext>): void {
    if (run && !this.#running(run)) throw new RunEndedError(run.id)
  }

  async #fenced<T>(scope: Scope<TContext>, write: () => Promise<T>): Promise<T> {
    if (!scope.run) return write()
    return this.#lock.run(threadLock(scope.run.threadId), () => {
      this.#checkFence(scope)
      return write()
    })
  }

  #findThread(threadId: string, scope: Scope<TContext>) {
    return this.#threads.loadThread(threadId, scope).catch(undefinedIfNotFound)
  }

  async #itemsOf(record: RunRecord, scope: Scope<TContext>): Promise<ThreadItem[]> {
    const { itemIds, ref } = record
    const found = await Promise.all(
      [...itemIds].map((id) => this.loadItem(ref.threadId, id, scope).catch(undefinedIfNotFound)),
    )
    return found.filter((item): item is ThreadItem => item !== undefined && !isHidden(item))
  }
}

// Each kind of key has a prefix of its own: ids come from clients, and one must not pass for another.
const threadLock = (threadId: string): string => `thread ${threadId}`

/** What a retry has set aside, but for what the new answer has made anew under the same id. */
const setAsideBy = (record: RunRecord | undefined): ReadonlySet<string> =>
  record && record.setAside.size > 0
    ? new Set([...record.setAside].filter((id) => !record.itemIds.has(id)))
    : NOTHING

const NOTHING: ReadonlySet<string> = new Set()

const REFUSED: Appended = { accepted: false, stopRequested: false }

/** By their numbers: one may be missing, where a write has failed. */
function entriesAfter(log: LogEntry[], after: number): LogEntry[] {
  const from = log.findIndex(({ seq }) => seq > after)
  return from === -1 ? [] : log.slice(from)
}

const threadOf = ({ newThread, thread }: TurnOpening): string => newThread?.id ?? thread ?? ''

const refused = (code: Extract<OpenedTurn, { outcome: 'refused' }>['code']): OpenedTurn => ({
  outcome: 'refused',
  code,
})
