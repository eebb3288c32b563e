import type { Tables } from '../schema.ts'
import { BATCH } from './erase.ts'
import type { RunStatement } from './erase-owner.ts'
import { dropLogs, forgetKeys, forgetRuns, forgetStates } from './expire.ts'

/** How many were deleted. */
export interface Pruned {
  /** Runs whose events were deleted. */
  logs: number
  runs: number
  idempotencyKeys: number
  states: number
}

/** See `PostgresStore.prune`. */
export async function prune(run: RunStatement, tables: Tables): Promise<Pruned> {
  const all = async (expire: typeof dropLogs): Promise<number> => {
    for (let count = 0; ;) {
      const dealtWith = await run(expire(tables, BATCH))
      count += dealtWith.length
      if (dealtWith.length < BATCH) return count
    }
  }
  return {
    logs: await all(dropLogs),
    runs: await all(forgetRuns),
    idempotencyKeys: await all(forgetKeys),
    states: await all(forgetStates),
  }
}
