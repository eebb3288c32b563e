import { interruptedEnding, type RunRef } from '@robolearn/chatkit-server-core'
import { fromLogRows } from './mapping/log.ts'
import { closeRun } from './queries/close-run.ts'
import { dropLogs, forgetKeys, forgetRuns, forgetStates } from './queries/expire.ts'
import { abandonedRuns, forgetProcesses, limitIdle, lockRun, wholeLog } from './queries/leases.ts'
import { toRunRef } from './queries/runs.ts'
import type { Tables } from './schema.ts'
import type { Session } from './session.ts'

export interface SweeperOptions {
  session: Session
  tables: Tables
  processId: string
  leaseMs: number
  /** The runs that this process executes. */
  known: () => string[]
  /** A run was ended here. */
  onEnded: (run: RunRef) => void
}

const BATCH = 200
/** How many batches of one kind are dealt with in one go: the rest is left to the next. */
const MOST_BATCHES = 20

/** Ends the runs that nobody executes any more, and deletes what has expired. */
export class Sweeper {
  readonly #options: SweeperOptions

  constructor(options: SweeperOptions) {
    this.#options = options
  }

  /** Rejects with the first failure, after everything else was tried. */
  async sweep(): Promise<void> {
    const { session, tables, processId, leaseMs, known } = this.#options
    const failures: unknown[] = []
    const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch((error) => failures.push(error))
    const found = await session.run(
      abandonedRuns(tables, { processId, known: known(), leaseMs, limit: BATCH }),
    )
    for (const row of found) await attempt(this.close(toRunRef(row), { onlyAbandoned: !row.is_mine }))
    await attempt(session.run(forgetProcesses(tables)))
    for (const expire of [dropLogs, forgetRuns, forgetKeys, forgetStates]) {
      for (let batches = 0; batches < MOST_BATCHES; batches++) {
        const dealtWith = await session.run(expire(tables, BATCH))
        if (dealtWith.length < BATCH) break
      }
    }
    if (failures.length > 0) throw failures[0]
  }

  /**
   * Ends a run of another process, as interrupted: what it has said so far is kept. Gives whether it was running.
   * Its log is read behind its locks, so that nothing is written to it in between.
   */
  async close(run: RunRef, { onlyAbandoned }: { onlyAbandoned: boolean }): Promise<boolean> {
    const { session, tables, leaseMs, onEnded } = this.#options
    const ended = await session.transaction(async (trx) => {
      await trx.run(limitIdle(leaseMs / 2))
      const [locked] = await trx.run(lockRun(tables, run, { onlyAbandoned }))
      if (!locked) return false
      const [row] = await trx.run(wholeLog(tables, run))
      const entries = fromLogRows(JSON.parse(row?.log ?? '[]'), 0)
      await trx.run(closeRun(tables, run, interruptedEnding(entries)))
      return true
    })
    if (ended) onEnded(run)
    return ended
  }
}
