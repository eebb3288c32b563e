import type { Database } from './database.ts'
import { waitUntil } from './wait-until.ts'

const SLOW_MS = 15_000

/** What must be nowhere when every node has ended, with the statement that counts it. */
const NOWHERE: Record<string, string> = {
  'runs that are running': `select count(*) from chatkit.runs where status = 'running'`,
  'events without a run': `select count(*) from chatkit.run_events as event
    where not exists (select from chatkit.runs as run where run.id = event.run_id)`,
  'items without a run': `select count(*) from chatkit.items as item
    where run_id is not null and not exists (select from chatkit.runs as run where run.id = item.run_id)`,
  'items that are set aside': `select count(*) from chatkit.items where superseded_by is not null`,
  'keys without a run': `select count(*) from chatkit.idempotency_keys as known
    where not exists (select from chatkit.runs as run where run.id = known.run_id)`,
  'threads without an item': `select count(*) from chatkit.threads as thread
    where not exists (select from chatkit.items as item where item.thread_id = thread.id)`,
}

/** Connections end a moment after the process that has closed them. */
const CONNECTIONS = `select count(*) from pg_stat_activity
  where datname = current_database() and application_name <> 'faults' and backend_type = 'client backend'`

/** Nothing is left of what the nodes did but what they were to keep. Gives what is. */
export async function atRest(database: Database): Promise<string[]> {
  const count = async (sql: string): Promise<number> => {
    const [row] = await database.query<{ count: string }>(sql)
    return Number(row?.count)
  }
  const broken: string[] = []
  for (const [what, sql] of Object.entries(NOWHERE)) {
    const found = await count(sql)
    if (found > 0) broken.push(`${found} ${what}`)
  }
  const areClosed = await waitUntil(async () => (await count(CONNECTIONS)) === 0, SLOW_MS)
  if (!areClosed) broken.push(`${await count(CONNECTIONS)} connections of nodes that have ended`)
  return broken
}
