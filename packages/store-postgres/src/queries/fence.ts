import type { RunRef } from '@robolearn/chatkit-server-core'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'

/**
 * Puts the lock of a run before a statement whose writes ask for it with `holds`. It is the whole row's, with its
 * status looked at again once it is had: a weaker one, or the id alone, lets a write through while an end of the run
 * is not committed yet. The thread comes first, as everywhere.
 */
export function fenced<Row>(
  tables: Tables,
  { sql, parameters }: Statement<Row>,
  run: RunRef,
): Statement<Row> {
  const values = [...parameters] as (string | number | null)[]
  const threadId = values.push(run.threadId)
  const runId = values.push(run.id)
  const rest = sql.startsWith('with ') ? `, ${sql.slice('with '.length)}` : ` ${sql}`
  return statement(
    `with held as materialized (
      select thread.id from ${tables.threads} as thread where thread.id = $${threadId} for no key update
    ), fence as materialized (
      select run.id from ${tables.runs} as run, held
      where run.thread_id = held.id and run.id = $${runId} and run.status = 'running'
      for share of run
    )${rest}`,
    values,
  )
}

/** One row while the run is running. */
export function isRunning(tables: Tables, run: RunRef): Statement<{ id: string }> {
  return statement(
    `select run.id from ${tables.runs} as run
    where run.thread_id = $1 and run.id = $2 and run.status = 'running'`,
    [run.threadId, run.id],
  )
}
