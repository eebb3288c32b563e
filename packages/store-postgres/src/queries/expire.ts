import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'

/** How long the events of a run can be read again after its end. */
const KEEP_LOG = `interval '10 minutes'`
/** How long it is known that there was such a run: as long as a request's key. */
const KEEP_RUN = `interval '24 hours'`

// Arrays, as they are looked up in an index whatever the planner makes of a `limit`.
/** Gives a row for each that was dealt with: as many as `limit` mean that there may be more. */
type Expired = Statement<{ one: number }>

// The number stands in the text, and rows are found again by arrays: a planner that does not know how few they are
// would read the whole table.

export function dropLogs(tables: Tables, limit: number): Expired {
  return statement(
    `with old as materialized (
      select run.thread_id, run.id from ${tables.runs} as run
      where run.status <> 'running' and not run.log_dropped and run.ended_at < now() - ${KEEP_LOG}
      order by run.ended_at limit ${limit}
      for no key update skip locked
    ), marked as (
      update ${tables.runs} as run set log_dropped = true where run.id = any (array(select id from old))
    ), dropped as (
      delete from ${tables.runEvents} as event
      using unnest(array(select thread_id from old), array(select id from old)) as ended (thread_id, id)
      where event.thread_id = ended.thread_id and event.run_id = ended.id
    )
    select 1 as one from old`,
  )
}

export function forgetRuns(tables: Tables, limit: number): Expired {
  return statement(
    `delete from ${tables.runs} as run where run.id = any (array(
      select old.id from ${tables.runs} as old
      where old.status <> 'running' and old.log_dropped and old.ended_at < now() - ${KEEP_RUN}
      order by old.ended_at limit ${limit}
      for update skip locked
    )) returning 1 as one`,
  )
}

export const forgetKeys = (tables: Tables, limit: number): Expired =>
  forgetExpired(tables.idempotencyKeys, limit)

export const forgetStates = (tables: Tables, limit: number): Expired => forgetExpired(tables.states, limit)

function forgetExpired(table: string, limit: number): Expired {
  return statement(
    `delete from ${table} where ctid = any (array(
      select ctid from ${table} where expires_at <= now()
      order by expires_at limit ${limit} for update skip locked
    )) returning 1 as one`,
  )
}
