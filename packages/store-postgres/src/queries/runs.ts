import type { RunRef, RunStatus, Scope, TurnOpening } from '@robolearn/chatkit-server-core'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { isOwn, isOwners, ownKey } from './scoped.ts'

/** Where a run is. */
export interface RunRow {
  thread_id: string
  id: string
}

export const toRunRef = ({ thread_id: threadId, id }: RunRow): RunRef => ({ id, threadId })

export type StopTarget = { runId: string } | { threadId: string } | { key: string }

/** Marks the run where it is running; no row where nothing is. */
export function requestStop(tables: Tables, target: StopTarget, scope: Scope): Statement<RunRow> {
  const [id, is] =
    'runId' in target
      ? [target.runId, 'run.id = $1']
      : 'threadId' in target
        ? [target.threadId, 'run.thread_id = $1']
        : [
            target.key,
            `(run.thread_id, run.id) in (
              select known.thread_id, known.run_id from ${tables.idempotencyKeys} as known
              where known.key = $1 and ${isOwners('known')} and known.expires_at > now()
            )`,
          ]
  return statement(
    `update ${tables.runs} as run set stop_requested = true
    where ${is} and ${isOwners('run')} and run.status = 'running'
    returning run.thread_id, run.id`,
    ownKey(id, scope),
  )
}

export function activeRun(tables: Tables, threadId: string, scope: Scope): Statement<RunRow> {
  return statement(
    `select run.thread_id, run.id from ${tables.runs} as run
    where run.thread_id = $1 and ${isOwners('run')} and run.status = 'running'`,
    ownKey(threadId, scope),
  )
}

/** A turn that may have been opened before its connection was cut, with the item that its step is about. */
export function openedTurn(
  tables: Tables,
  { run, step }: TurnOpening,
  scope: Scope,
): Statement<{ thread_id: string; item: string | null }> {
  const itemId = step.kind === 'structured_input' ? step.item.id : 'itemId' in step ? step.itemId : undefined
  const isCall =
    step.kind === 'tool_output'
      ? `item.type = 'client_tool_call' and item.data->>'status' = 'completed'`
      : 'item.id = $4'
  return statement(
    `select run.thread_id, (
      select item.data from ${tables.items} as item
      where item.thread_id = run.thread_id and item.superseded_by is null and ${isCall}
      order by item.seq desc limit 1
    )::text as item
    from ${tables.runs} as run where ${isOwn('run')} and $4::text is not distinct from $4`,
    [...ownKey(run.id, scope), itemId ?? null],
  )
}

/** Which part of a log somebody wants to read. */
export interface LogQuery {
  runId: string
  /** The number of the event before the first one. */
  after: number
  scope: Scope
}

/** No row for an unknown run; one without a log for a run of somebody else. */
export interface ReadRow extends RunRow {
  /** Which of the queries it answers. */
  place: number
  is_own: boolean
  status: RunStatus
  /** `LogRow`s as a JSON array, null for none. */
  log: string | null
  /** Set when the log is gone: the items that the run has made, as a JSON array. */
  items: string | null
}

/** Parts of many logs. Each is looked up by itself, however many the planner expects. */
export function readEvents(tables: Tables, queries: readonly LogQuery[]): Statement<ReadRow> {
  const wanted = queries.map(({ runId, after, scope: { owner, tenant } }, place) => ({
    place,
    run: runId,
    after,
    owner,
    tenant,
  }))
  return statement(
    `select wanted.place, found.*
    from json_to_recordset($1::json) as wanted (place int, run text, after bigint, owner text, tenant text),
    lateral (
      select run.thread_id, run.id, run.status, own.is_own,
        case when own.is_own then (
          select json_agg(
            json_build_object('first', event.first_seq, 'text', convert_from(event.data, 'UTF8')) order by event.last_seq
          ) from ${tables.runEvents} as event
          where event.thread_id = run.thread_id and event.run_id = run.id and event.last_seq > wanted.after
        )::text end as log,
        case when own.is_own and run.log_dropped then coalesce((
          select json_agg(item.data order by item.seq) from ${tables.items} as item
          where item.thread_id = run.thread_id and item.run_id = run.id and item.visible and item.superseded_by is null
        ), '[]')::text end as items
      from ${tables.runs} as run, lateral (
        select run.owner_id = wanted.owner and run.tenant_id is not distinct from wanted.tenant as is_own
      ) as own
      where run.id = wanted.run
      limit 1
    ) as found`,
    [JSON.stringify(wanted)],
  )
}
