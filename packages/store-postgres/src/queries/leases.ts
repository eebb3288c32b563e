import type { RunRef } from '@robolearn/chatkit-server-core'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import type { RunRow } from './runs.ts'

const ms = (place: string): string => `${place}::double precision * interval '1 millisecond'`

/** The database's clock decides about leases, and no other. */
export function renewLease(tables: Tables, processId: string, leaseMs: number): Statement<never> {
  return statement(
    `insert into ${tables.processes} as process (id, lease_until)
    values ($1, clock_timestamp() + ${ms('$2')})
    on conflict (id) do update set lease_until = excluded.lease_until`,
    [processId, leaseMs],
  )
}

export function releaseLease(tables: Tables, processId: string): Statement<never> {
  return statement(`delete from ${tables.processes} where id = $1`, [processId])
}

/** For a database that only this process can have: leases of others are those of the dead. */
export function releaseOtherLeases(tables: Tables, processId: string): Statement<never> {
  return statement(`delete from ${tables.processes} where id <> $1`, [processId])
}

const hasNoLease = (tables: Tables): string => `not exists (
      select from ${tables.processes} as process
      where process.id = run.process_id and process.lease_until > clock_timestamp()
    )`

/**
 * Runs that are running and executed by nobody: their process has no lease, or is this one and does not know them,
 * as it had no answer when they were opened or ended.
 */
export function abandonedRuns(
  tables: Tables,
  {
    processId,
    known,
    leaseMs,
    limit,
  }: { processId: string; known: string[]; leaseMs: number; limit: number },
): Statement<RunRow & { is_mine: boolean }> {
  return statement(
    `select run.thread_id, run.id, run.process_id = $1 as is_mine from ${tables.runs} as run
    where run.status = 'running' and case
      when run.process_id = $1 then run.opened_at < clock_timestamp() - ${ms('$3')}
        and run.id not in (select jsonb_array_elements_text($2::jsonb))
      else ${hasNoLease(tables)}
    end
    order by run.opened_at limit $4::int`,
    [processId, JSON.stringify(known), leaseMs, limit],
  )
}

/** Leases that are over and of no use: no run of theirs is running. */
export function forgetProcesses(tables: Tables): Statement<never> {
  return statement(
    `delete from ${tables.processes} as process
    where process.lease_until < clock_timestamp() and not exists (
      select from ${tables.runs} as run where run.status = 'running' and run.process_id = process.id
    )`,
  )
}

/** Takes the locks of a run's end, so that its log is complete when it is read then. */
export function lockRun(
  tables: Tables,
  run: RunRef,
  { onlyAbandoned }: { onlyAbandoned: boolean },
): Statement<RunRow> {
  return statement(
    `with target as materialized (
      select thread.id from ${tables.threads} as thread where thread.id = $1 for no key update
    )
    select run.thread_id, run.id from ${tables.runs} as run, target
    where run.thread_id = target.id and run.id = $2 and run.status = 'running'
      ${onlyAbandoned ? `and ${hasNoLease(tables)}` : ''}
    for no key update of run`,
    [run.threadId, run.id],
  )
}

/** `LogRow`s as a JSON array, null for none. */
export function wholeLog(tables: Tables, run: RunRef): Statement<{ log: string | null }> {
  return statement(
    `select json_agg(
      json_build_object('first', event.first_seq, 'text', convert_from(event.data, 'UTF8')) order by event.last_seq
    )::text as log
    from ${tables.runEvents} as event where event.thread_id = $1 and event.run_id = $2`,
    [run.threadId, run.id],
  )
}

/** A process that is stopped in the middle of a transaction must not keep its locks beyond its lease. */
export function limitIdle(timeoutMs: number): Statement<never> {
  return statement(`select set_config('idle_in_transaction_session_timeout', $1, true)`, [
    `${Math.max(1, Math.floor(timeoutMs))}ms`,
  ])
}
