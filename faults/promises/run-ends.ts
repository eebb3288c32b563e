import type { Database, StoredRun } from './database.ts'
import { waitUntil } from './wait-until.ts'

/** More than anything here takes on a machine that is busy with other things, leases left aside. */
export const SLOW_MS = 20_000

/** Waits until a run has ended that goes on for `forMs` by itself. Gives it, and what is wrong where it does not. */
export async function runEnds(
  database: Database,
  runId: string,
  leaseMs: number,
  forMs = 0,
): Promise<{ run: StoredRun | undefined; broken: string[] }> {
  const hasEnded = async (): Promise<boolean> => (await database.run(runId))?.status !== 'running'
  const ended = await waitUntil(hasEnded, forMs + 2 * leaseMs + SLOW_MS)
  const run = await database.run(runId)
  return { run, broken: ended ? [] : [`run ${runId} is still running, long after two leases`] }
}
