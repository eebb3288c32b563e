import { setTimeout as sleep } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'

const PATIENCE_MS = 2_000

/** Whether the site can answer now, for whoever sends requests to it. */
export interface Readiness {
  /** `ready`, or why it is not. */
  check: () => Promise<'ready' | 'the database cannot be reached' | 'no lesson is indexed' | 'shutting down'>
  /** From now on it is shutting down. */
  stop: () => void
}

export interface ReadinessOptions {
  db: Kysely<unknown>
  /** How many lessons are in the index. */
  indexed: () => number
}

export function createReadiness({ db, indexed }: ReadinessOptions): Readiness {
  let stopping = false
  return {
    check: async () => {
      if (stopping) return 'shutting down'
      if (!(await answers(db))) return 'the database cannot be reached'
      return indexed() > 0 ? 'ready' : 'no lesson is indexed'
    },
    stop: () => {
      stopping = true
    },
  }
}

async function answers(db: Kysely<unknown>): Promise<boolean> {
  const patience = new AbortController()
  const query = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([query, sleep(PATIENCE_MS, false, { signal: patience.signal })])
  } finally {
    patience.abort()
  }
}
