import { isHidden, type RunEnding, type RunRef } from '@robolearn/chatkit-server-core'
import { itemsJson } from '../mapping/item.ts'
import { logColumns, logParameters, logValues } from '../mapping/log.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { writeRunItems } from './append.ts'

/**
 * Ends a run that is running: one row then, else none, and nothing is written. What a retry has set aside is deleted
 * where the run has made an item that is to be seen, else it comes back.
 */
export function closeRun(tables: Tables, run: RunRef, ending: RunEnding): Statement<{ id: string }> {
  const { status, items, entries } = ending
  const showsItem = items.some((item) => !isHidden(item))
  return statement(
    `with target as materialized (
      select thread.id from ${tables.threads} as thread where thread.id = $1 for no key update
    ), closed as (
      update ${tables.runs} as run
      set status = $3, ended_at = now(), last_seq = $7::bigint
      from target where run.thread_id = target.id and run.id = $2 and run.status = 'running'
      returning run.thread_id, run.id, $4::boolean or exists (
        select from ${tables.items} as item
        where item.thread_id = run.thread_id and item.run_id = run.id and item.visible
      ) as has_begun
    ), advanced as (
      update ${tables.threads} as thread
      set last_item_seq = thread.last_item_seq + jsonb_array_length($5::jsonb), updated_at = now()
      from closed where thread.id = closed.thread_id
      returning thread.id, thread.last_item_seq - jsonb_array_length($5::jsonb) as before
    ), written as (
      ${writeRunItems(tables, '$5')}
    ), saved as (
      select entry.value->'data'->>'id' as id from jsonb_array_elements($5::jsonb) as entry (value)
    ), removed as (
      delete from ${tables.items} as item using closed
      where item.thread_id = closed.thread_id and item.superseded_by = closed.id
        and closed.has_begun and item.id not in (select id from saved)
    ), restored as (
      update ${tables.items} as item set superseded_by = null from closed
      where item.thread_id = closed.thread_id and item.superseded_by = closed.id
        and not closed.has_begun and item.id not in (select id from saved)
    ), logged as (
      insert into ${tables.runEvents} (${logColumns})
      select closed.thread_id, closed.id, ${logValues(6)} from closed where $6::bigint is not null
      on conflict do nothing
    )
    select id from closed`,
    [run.threadId, run.id, status, String(showsItem), itemsJson(items), ...logParameters(entries)],
  )
}

/** Whether the run has ended in just this way: asked where it is unknown what became of a `closeRun`. */
export function endedLike(
  tables: Tables,
  run: RunRef,
  { status, entries }: RunEnding,
): Statement<{ id: string }> {
  return statement(
    `select run.id from ${tables.runs} as run
    where run.thread_id = $1 and run.id = $2 and run.status = $3 and run.last_seq is not distinct from $4::bigint`,
    [run.threadId, run.id, status, entries.at(-1)?.seq ?? null],
  )
}
