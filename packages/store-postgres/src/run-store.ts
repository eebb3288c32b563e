import {
  ChatKitError,
  type Appended,
  type LogEntry,
  type OpenedTurn,
  type RunEnding,
  type RunEvents,
  type RunRef,
  type Scope,
  type Thread,
  type ThreadItem,
  type TurnOpening,
  type TurnRefusal,
} from '@robolearn/chatkit-server-core'
import type { ActiveRuns } from './active-runs.ts'
import { Flusher } from './flusher.ts'
import type { Leases } from './leases.ts'
import { LogReader } from './log-reader.ts'
import { fromLogRows } from './mapping/log.ts'
import { toThread } from './mapping/thread.ts'
import type { RunWatch } from './notify/run-watch.ts'
import { appendItemEvent, flush, type AcceptedRow } from './queries/append.ts'
import { closeRun, endedLike } from './queries/close-run.ts'
import { limitIdle } from './queries/leases.ts'
import { lockThread, openTurn, type OpenedRow } from './queries/open-turn.ts'
import { activeRun, openedTurn, readEvents, requestStop, toRunRef, type StopTarget } from './queries/runs.ts'
import { loadThread } from './queries/threads.ts'
import type { Tables } from './schema.ts'
import { isLost, isRefusal, isThere, type Session } from './session.ts'
import type { Sweeper } from './sweeper.ts'

export interface RunStoreOptions {
  session: Session
  tables: Tables
  processId: string
  leaseMs: number
  active: ActiveRuns
  leases: Pick<Leases, 'start' | 'heldUntilMs'>
  sweeper: Pick<Sweeper, 'close'>
  watch: Pick<RunWatch, 'wrote'>
}

/** How often a turn is opened behind the lock of its thread: once is enough, but for a key that is just expiring. */
const MOST_OPENINGS = 3

/** The runs: opened, written, read, stopped and ended. What each method promises is said by `Store`. */
export class RunStore {
  readonly #options: RunStoreOptions
  readonly #flusher: Flusher
  readonly #reader: LogReader

  constructor(options: RunStoreOptions) {
    this.#options = options
    const { session, tables, active } = options
    this.#flusher = new Flusher({
      flush: async (batch) => {
        // One that is sent again after a lost connection may find its own rows.
        const rows = await session
          .runSurely(flush(tables, batch, { again: false }))
          .catch((failure: unknown) => {
            if (!isThere(failure)) throw failure
            return session.runSurely(flush(tables, batch, { again: true }))
          })
        active.flushed()
        return rows
      },
      isRefusal,
    })
    this.#reader = new LogReader({
      read: (queries) => session.run(readEvents(tables, queries)),
      isRefusal,
    })
  }

  async openTurn(opening: TurnOpening, scope: Scope): Promise<OpenedTurn> {
    const { newThread, run, key } = opening
    const type = newThread?.status.type
    if (type === 'locked' || type === 'closed') return { outcome: 'refused', code: `thread_${type}` }
    await this.#options.leases.start()
    const row = await this.#open(opening, scope)
    if (row.outcome === 'known') {
      if (row.known_hash !== key?.bodyHash) return { outcome: 'refused', code: 'idempotency_key_reused' }
      return { outcome: 'repeated', run: { id: row.known_run ?? '', threadId: row.known_thread ?? '' } }
    }
    if (row.outcome !== 'opened') return refused(row)
    const thread: Thread = newThread ? structuredClone(newThread) : toThread(JSON.parse(row.thread ?? ''))
    const item = row.item === null ? structuredClone(itemOf(opening)) : (JSON.parse(row.item) as ThreadItem)
    this.#options.active.add({ id: run.id, threadId: thread.id })
    this.#options.active.wrote(run.entries.length)
    return { outcome: 'opened', thread, item }
  }

  async appendDeltas(run: RunRef, entries: LogEntry[]): Promise<Appended> {
    const appended = await this.#flusher.append(run, entries)
    return this.#appended(run, entries, appended)
  }

  async appendItemEvent(
    run: RunRef,
    entries: LogEntry[],
    change: { save: ThreadItem } | { remove: string },
  ): Promise<Appended> {
    const { session, tables, active } = this.#options
    const [row] = await session.runSurely(appendItemEvent(tables, run, entries, change))
    if (row) active.flushed()
    return this.#appended(run, entries, toAppended(row))
  }

  async closeRun(run: RunRef, ending: RunEnding): Promise<boolean> {
    const { active } = this.#options
    try {
      const ended = await this.#close(run, ending)
      if (ended) this.#wrote(run, ending.entries)
      return ended
    } finally {
      // Also where it failed: a run that nobody ends any more is one for the sweeper.
      active.delete(run.id)
    }
  }

  async endAbandoned(run: RunRef): Promise<boolean> {
    return this.#options.sweeper.close(run, { onlyAbandoned: true })
  }

  heldUntilMs(): number {
    return this.#options.leases.heldUntilMs
  }

  async requestStop(target: StopTarget, scope: Scope): Promise<RunRef | undefined> {
    const { session, tables, watch } = this.#options
    const [row] = await session.run(requestStop(tables, target, scope))
    if (!row) return undefined
    watch.wrote(row.id)
    return toRunRef(row)
  }

  async activeRun(threadId: string, scope: Scope): Promise<RunRef | undefined> {
    const { session, tables } = this.#options
    const [row] = await session.run(activeRun(tables, threadId, scope))
    return row && toRunRef(row)
  }

  async readEvents(runId: string, after: number, scope: Scope): Promise<RunEvents | undefined> {
    const row = await this.#reader.read({ runId, after, scope })
    if (!row) return undefined
    if (!row.is_own) throw new ChatKitError('thread_not_found', { key: 'run_not_found' })
    const { status, log, items } = row
    const run = toRunRef(row)
    if (items !== null) return { run, status, entries: [], items: JSON.parse(items) }
    return { run, status, entries: fromLogRows(JSON.parse(log ?? '[]'), after) }
  }

  /** The thread is gone, and what was running on it. */
  threadDeleted(threadId: string): void {
    const { active, watch } = this.#options
    for (const id of active.onThread(threadId)) {
      active.delete(id)
      watch.wrote(id)
    }
  }

  async #open(opening: TurnOpening, scope: Scope): Promise<OpenedRow> {
    const { session, tables, processId, leaseMs } = this.#options
    const toRun = openTurn(tables, opening, processId, scope)
    let [row] = await session.run(toRun).catch(async (failure: unknown) => {
      const opened = isLost(failure) ? await this.#findOpened(opening, scope) : undefined
      if (!opened) throw failure
      return [opened]
    })
    for (let tries = 0; row?.outcome === 'stale' && tries < MOST_OPENINGS; tries++) {
      ;[row] = await session.transaction(async (trx) => {
        await trx.run(limitIdle(leaseMs / 2))
        await trx.run(lockThread(tables, opening.thread ?? '', scope))
        return trx.run(toRun)
      })
    }
    if (!row || row.outcome === 'stale') {
      throw new ChatKitError('unavailable', { key: 'store_unsettled' })
    }
    return row
  }

  /** The connection was cut: the turn may have been opened, which its run's id tells. */
  async #findOpened(opening: TurnOpening, scope: Scope): Promise<OpenedRow | undefined> {
    const { session, tables } = this.#options
    const [found] = await session.runSurely(openedTurn(tables, opening, scope)).catch(() => [])
    if (!found) return undefined
    const [loaded] = await session.runSurely(loadThread(tables, found.thread_id, scope))
    if (!loaded) return undefined
    return { ...NOT_KNOWN, outcome: 'opened', thread: loaded.thread, item: found.item }
  }

  async #close(run: RunRef, ending: RunEnding): Promise<boolean> {
    const { session, tables } = this.#options
    let isUnsure = false
    const rows = await session.runSurely(closeRun(tables, run, ending), () => {
      isUnsure = true
    })
    if (rows.length > 0 || !isUnsure) return rows.length > 0
    return (await session.runSurely(endedLike(tables, run, ending))).length > 0
  }

  #appended(run: RunRef, entries: LogEntry[], appended: Appended): Appended {
    if (!appended.accepted) this.#options.active.delete(run.id)
    else if (entries.length > 0) this.#wrote(run, entries)
    return appended
  }

  #wrote(run: RunRef, entries: readonly LogEntry[]): void {
    this.#options.active.wrote(entries.length)
    this.#options.watch.wrote(run.id)
  }
}

const NOT_KNOWN = { active_run: null, known_hash: null, known_thread: null, known_run: null }

const toAppended = (row: AcceptedRow | undefined): Appended => ({
  accepted: row !== undefined,
  stopRequested: row?.stop_requested ?? false,
})

/** The item that the step is about, where it comes with the opening. */
const itemOf = ({ step, items }: TurnOpening): ThreadItem | undefined =>
  step.kind === 'structured_input' ? step.item : items.findLast(({ type }) => type === 'user_message')

/** Every refusal of which the statement itself tells. */
const REFUSALS = {
  thread_not_found: true,
  thread_locked: true,
  thread_closed: true,
  attachment_not_found: true,
  item_not_found: true,
  item_state_conflict: true,
  run_active: true,
  rate_limited: true,
} satisfies Partial<Record<TurnRefusal, true>>

const isRefusalCode = (code: string): code is keyof typeof REFUSALS => Object.hasOwn(REFUSALS, code)

function refused({ outcome: code, active_run: runId }: OpenedRow): OpenedTurn {
  if (!isRefusalCode(code)) throw new Error(`The statement that opens a turn gave "${code}".`)
  if (code === 'run_active' && runId !== null) return { outcome: 'refused', code, runId }
  return { outcome: 'refused', code }
}
