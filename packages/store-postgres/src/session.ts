import { ChatKitError } from '@robolearn/chatkit-server-core'
import type { Database } from './database.ts'
import { StoreError, toStoreFailure, type StoreErrorCode } from './errors.ts'
import { run, type Statement } from './statement.ts'

/** Runs statements one by one: their failures have names, and what another transaction undid is done again. */
export class Session {
  readonly #db: Database
  #closed = false

  constructor(db: Database) {
    this.#db = db
  }

  run<Row>(statement: Statement<Row>): Promise<Row[]> {
    return repeated(() => run(this.#db, statement), isUndone, UNDONE_DELAYS_MS)
  }

  transaction<T>(work: (trx: Pick<Session, 'run'>) => Promise<T>): Promise<T> {
    const once = (): Promise<T> =>
      this.#db.transaction().execute((trx) => work({ run: (statement) => run(trx, statement) }))
    return repeated(once, isUndone, UNDONE_DELAYS_MS)
  }

  /**
   * For a statement that, sent again, does nothing twice: it is sent again, word for word, where the connection was
   * lost and nobody knows what became of it. `onRepeat` is told each time.
   */
  runSurely<Row>(statement: Statement<Row>, onRepeat?: () => void): Promise<Row[]> {
    const beganMs = performance.now()
    const mayRepeat = (failure: unknown): boolean => {
      if (this.#closed || !TEMPORARY.has(codeOf(failure))) return false
      if (performance.now() - beganMs > LOST_FOR_MS) return false
      onRepeat?.()
      return true
    }
    return repeated(() => this.run(statement), mayRepeat, LOST_DELAYS_MS)
  }

  /** From now on a lost connection is no reason to try again. */
  close(): void {
    this.#closed = true
  }
}

const UNDONE_DELAYS_MS = [5, 10, 20, 40, 80, 160, 320]
/** A connection comes back by then, or the database is away and its runs are over. */
const LOST_FOR_MS = 5_000
const LOST_DELAYS_MS = [25, 50, 100, 200, 400, 800, 1_600]

async function repeated<T>(
  work: () => Promise<T>,
  mayRepeat: (failure: unknown) => boolean,
  delaysMs: readonly number[],
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const failure = toStoreFailure(error)
      const delayMs = delaysMs[tries]
      if (delayMs === undefined || !mayRepeat(failure)) throw failure
      await new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random())))
    }
  }
}

function storeErrorOf(failure: unknown): StoreError | undefined {
  const cause = ChatKitError.isInstance(failure) ? failure.cause : failure
  return StoreError.isInstance(cause) ? cause : undefined
}

const codeOf = (failure: unknown): StoreErrorCode | undefined => storeErrorOf(failure)?.code

export const isLost = (failure: unknown): boolean => codeOf(failure) === 'connection_lost'

/** Whether a row that was to be written is there already. */
export const isThere = (failure: unknown): boolean => codeOf(failure) === 'unique_violation'

/** Whether the database refused values that it was sent (SQLSTATE classes 22 and 23). */
export const isRefusal = (failure: unknown): boolean => /^2[23]/.test(storeErrorOf(failure)?.sqlState ?? '')

const isUndone = (failure: unknown): boolean =>
  codeOf(failure) === 'deadlock_detected' || codeOf(failure) === 'serialization_failure'

const TEMPORARY: ReadonlySet<StoreErrorCode | undefined> = new Set<StoreErrorCode>([
  'connection_lost',
  'out_of_resources',
])
