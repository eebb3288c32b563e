import type { LogEntry, RunRef, ThreadItem } from '@robolearn/chatkit-server-core'
import { itemColumns, itemEntries, itemsJson, itemValues, replaceItem } from '../mapping/item.ts'
import { logColumns, logParameters, logValues, toLogRow } from '../mapping/log.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'

/** One row for each run that was running; no row means that nothing was written of it. */
export interface AcceptedRow {
  id: string
  stop_requested: boolean
}

export interface RunDeltas {
  run: RunRef
  entries: readonly LogEntry[]
}

/**
 * Events of many runs. `again` allows for some of them to be there already, which takes the database a sixth more
 * work; without it that is a unique violation, and nothing is written.
 */
export function flush(
  tables: Tables,
  batch: readonly RunDeltas[],
  { again }: { again: boolean },
): Statement<AcceptedRow> {
  const rows = batch.map(({ run, entries }) => ({ t: run.threadId, r: run.id, ...toLogRow(entries) }))
  // `json`, not `jsonb`: it is read once and in its order, and text may say anything.
  return statement(
    `with batch as materialized (
      select * from json_to_recordset($1::json) as delta (t text, r text, first bigint, last bigint, text text)
    ), fence as materialized (
      select run.thread_id, run.id, run.stop_requested from ${tables.runs} as run
      where (run.thread_id, run.id) in (select t, r from batch) and run.status = 'running'
      order by run.thread_id, run.id
      for share
    ), logged as (
      insert into ${tables.runEvents} (${logColumns})
      select fence.thread_id, fence.id, batch.first, batch.last, convert_to(batch.text, 'UTF8')
      from fence join batch on batch.r = fence.id where batch.first is not null
      ${again ? 'on conflict do nothing' : ''}
    )
    select id, stop_requested from fence`,
    [JSON.stringify(rows)],
  )
}

/** Events of one run, of which the last one carries an item, and the item. Sent again it changes nothing more. */
export function appendItemEvent(
  tables: Tables,
  run: RunRef,
  entries: readonly LogEntry[],
  change: { save: ThreadItem } | { remove: string },
): Statement<AcceptedRow> {
  const values = [run.threadId, run.id, ...logParameters(entries)]
  const write = 'save' in change ? save(tables, change.save, values) : remove(tables, change.remove, values)
  return statement(
    `with target as materialized (
      select thread.id from ${tables.threads} as thread where thread.id = $1 for no key update
    ), fence as materialized (
      select run.thread_id, run.id, run.stop_requested from ${tables.runs} as run, target
      where run.thread_id = target.id and run.id = $2 and run.status = 'running'
      for share of run
    ), ${write}, logged as (
      insert into ${tables.runEvents} (${logColumns})
      select fence.thread_id, fence.id, ${logValues(3)} from fence where $3::bigint is not null
      on conflict do nothing
    )
    select id, stop_requested from fence`,
    values,
  )
}

type Values = (string | number | null)[]

function save(tables: Tables, item: ThreadItem, values: Values): string {
  const items = `$${values.push(itemsJson([item]))}`
  return `advanced as (
      update ${tables.threads} as thread set last_item_seq = thread.last_item_seq + 1, updated_at = now()
      from fence where thread.id = fence.thread_id
      returning thread.id, thread.last_item_seq - 1 as before
    ), written as (
      ${writeRunItems(tables, items)}
    )`
}

const remove = (tables: Tables, itemId: string, values: Values): string => `removed as (
      delete from ${tables.items} as item using fence
      where item.thread_id = fence.thread_id and item.id = $${values.push(itemId)}
    )`

/** SQL: saves items of the run `$2`, numbered on from `advanced`. What a run writes is not set aside any more. */
export const writeRunItems = (
  tables: Tables,
  items: string,
): string => `insert into ${tables.items} (thread_id, seq, run_id, ${itemColumns})
      select advanced.id, advanced.before + entry.place, $2, ${itemValues('entry.value')}
      from advanced, ${itemEntries(items)}
      ${replaceItem}, run_id = excluded.run_id, superseded_by = null`
