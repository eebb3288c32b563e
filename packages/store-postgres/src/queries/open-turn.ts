import type { Scope, TurnOpening } from '@robolearn/chatkit-server-core'
import { itemColumns, itemEntries, itemsJson, itemValues } from '../mapping/item.ts'
import { logColumns, logParameters, logValues } from '../mapping/log.ts'
import { threadJson, threadValues } from '../mapping/thread.ts'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { isOwn, isOwners, ownKey } from './scoped.ts'
import { NAMED_BY_OWNER } from './states.ts'
import { stepSql } from './turn-steps.ts'

/** What became of an opening: `opened`, `known` (the key is), `stale` (nothing was written; ask again), a refusal. */
export interface OpenedRow {
  outcome: string
  /** Set where it was opened on a thread that was there. */
  thread: string | null
  /** The item that the step is about. */
  item: string | null
  active_run: string | null
  known_hash: string | null
  known_thread: string | null
  known_run: string | null
}

const DAY = `interval '24 hours'`

/**
 * Checks, claims and stores a turn, in one statement that writes everything or nothing.
 *
 * What it sees of other rows is of its beginning, also where it has waited for the lock of its thread. Everything
 * that matters to a turn writes the thread's row, so a row that has moved meanwhile tells that the rest may be stale.
 */
export function openTurn(
  tables: Tables,
  opening: TurnOpening,
  processId: string,
  scope: Scope,
): Statement<OpenedRow> {
  const { newThread, items, attachmentIds, run, key, maxActiveRuns } = opening
  const threadId = newThread?.id ?? opening.thread ?? ''
  const values: (string | number | null)[] = [
    ...ownKey(threadId, scope),
    itemsJson(items),
    toJson(attachmentIds, 'A turn’s attachment ids'),
    run.id,
    processId,
    maxActiveRuns,
    ...logParameters(run.entries),
  ]
  const place = (value: string | number | null): string => `$${values.push(value)}`
  const keyAt = key && { name: place(key.key), hash: place(key.bodyHash) }
  const step = newThread ? undefined : stepSql(tables, opening.step, place)
  const made = newThread && threadValues(newThread).map(place)

  const known = keyAt
    ? `select body_hash, thread_id, run_id from ${tables.idempotencyKeys} as known
      where known.key = ${keyAt.name} and ${isOwners('known')} and known.expires_at > now()`
    : `select null::text as body_hash, null::text as thread_id, null::text as run_id where false`
  const claimedKey = keyAt
    ? `insert into ${tables.idempotencyKeys} as named (key, owner_id, tenant_id, body_hash, thread_id, run_id, expires_at)
      select ${keyAt.name}, $2, $3, ${keyAt.hash}, $1, $6, now() + ${DAY} from checked where checked.outcome = 'opened'
      on conflict ${NAMED_BY_OWNER} do update
      set body_hash = excluded.body_hash, thread_id = excluded.thread_id, run_id = excluded.run_id,
        expires_at = excluded.expires_at
      where named.expires_at <= now()
      returning 1`
    : `select 1`
  const target = made
    ? `select $1::text as id, null::text as thread, null::text as type, true as is_fresh
      where not exists (select from known)`
    : // The version that has the lock, beside the one that the statement sees everywhere else.
      `select thread.id, ${threadJson('thread')}::text as thread, thread.status->>'type' as type,
        thread.ctid = (select seen.ctid from ${tables.threads} as seen where seen.id = $1) as is_fresh
      from ${tables.threads} as thread
      where ${isOwn('thread')} and not exists (select from known)
      for no key update of thread`
  const advanced = made
    ? `insert into ${tables.threads}
        (id, owner_id, tenant_id, title, status, allowed_image_domains, metadata, created_at, last_item_seq)
      select go.id, $2, $3, ${made[0]}, ${made[1]}::jsonb, ${made[2]}::jsonb, ${made[3]}::jsonb,
        ${made[4]}::timestamptz, jsonb_array_length($4::jsonb)
      from go
      returning id, 0 as before`
    : `update ${tables.threads} as thread
      set last_item_seq = thread.last_item_seq + jsonb_array_length($4::jsonb), updated_at = now()
      from go where thread.id = go.id
      returning thread.id, thread.last_item_seq - jsonb_array_length($4::jsonb) as before`

  // Wanted attachments are compared as an array: else everything that the owner has attached may be read for them.
  return statement(
    `with known as materialized (
      ${known}
    ), target as materialized (
      ${target}
    ), wanted as (
      select distinct id from jsonb_array_elements_text($5::jsonb) as entry (id)
    ), attached as materialized (
      select attachment.id from ${tables.attachments} as attachment, target
      where attachment.id = any (array(select id from wanted)) and ${isOwners('attachment')}
        and (attachment.thread_id is null or attachment.thread_id = target.id)
      order by attachment.id
      for no key update of attachment
    ), active as (
      select run.id from ${tables.runs} as run, target
      where run.thread_id = target.id and run.status = 'running' and ${made ? 'false' : 'true'}
    )${step?.subject ? `, subject as materialized (${step.subject})` : ''}, checked as materialized (
      select case
        when not target.is_fresh then 'stale'
        when target.type in ('locked', 'closed') then 'thread_' || target.type
        when (select count(*) from attached) < (select count(*) from wanted) then 'attachment_not_found'
        ${step?.checks ?? ''}
        when exists (select from active) then 'run_active'
        when (
          select count(*) from ${tables.runs} as run where ${isOwners('run')} and run.status = 'running'
        ) >= $8::int then 'rate_limited'
        else 'opened'
      end as outcome from target
    ), claimed_key as (
      ${claimedKey}
    ), go as materialized (
      select target.id from target, checked
      where checked.outcome = 'opened' and exists (select from claimed_key)
    ), advanced as (
      ${advanced}
    ), written as (
      insert into ${tables.items} (thread_id, seq, run_id, ${itemColumns})
      select advanced.id, advanced.before + entry.place, $6, ${itemValues('entry.value')}
      from advanced, ${itemEntries('$4')}
    ), bound as (
      update ${tables.attachments} as attachment set thread_id = go.id
      from go where attachment.id in (select id from attached) and attachment.thread_id is null
    )${step?.write ? `, stepped as (${step.write})` : ''}, claimed as (
      insert into ${tables.runs} (thread_id, id, owner_id, tenant_id, process_id)
      select go.id, $6, $2, $3, $7 from go
    ), logged as (
      insert into ${tables.runEvents} (${logColumns})
      select go.id, $6, ${logValues(9)} from go where $9::bigint is not null
    )
    select
      case
        when known.run_id is not null then 'known'
        when checked.outcome = 'opened' and not exists (select from go) then 'stale'
        else coalesce(checked.outcome, 'thread_not_found')
      end as outcome,
      target.thread,
      (${step?.item ?? 'null'})::text as item,
      (select id from active) as active_run,
      known.body_hash as known_hash, known.thread_id as known_thread, known.run_id as known_run
    from (values (1)) as one
    left join known on true left join target on true left join checked on true`,
    values,
  )
}

/** Takes the lock of a turn's thread, for a transaction in which the turn is then opened with nothing stale. */
export function lockThread(tables: Tables, threadId: string, scope: Scope): Statement<{ id: string }> {
  return statement(
    `select thread.id from ${tables.threads} as thread where ${isOwn('thread')} for no key update`,
    ownKey(threadId, scope),
  )
}
