import { threadJson } from '../mapping/thread.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { ownedBy, type OwnerRef } from './owned.ts'
import { isOwn } from './scoped.ts'

/** A page of rows as one JSON array; null for none. Each row has its place in the order beside its data. */
export interface ExportPageRow {
  page: string | null
}

const PAGE = 200

// Every page goes on from the values at which the last one ended, not from its last row: that may be deleted.

/** Places are `[created_at, id]`, the first one undefined. */
export function exportThreads(
  tables: Tables,
  who: OwnerRef,
  after: [string, string] | undefined,
): Statement<ExportPageRow> {
  const values: (string | number | null)[] = []
  const owned = ownedBy(who, values)
  const fromPlace = after
    ? `and (created_at, id) > ($${values.push(after[0])}::timestamptz, $${values.push(after[1])})`
    : ''
  return statement(
    `select json_agg(json_build_object('place', json_build_array(thread.created_at, thread.id),
      'thread', ${threadJson('thread')}) order by thread.created_at, thread.id)::text as page
    from (
      select * from ${tables.threads} where ${owned} ${fromPlace} order by created_at, id limit ${PAGE}
    ) as thread`,
    values,
  )
}

/** Every item of a thread, hidden and set aside ones too, with the feedback on it. Places are `seq`, from 0. */
export function exportItems(
  tables: Tables,
  threadId: string,
  who: OwnerRef,
  after: number,
): Statement<ExportPageRow> {
  return statement(
    `select (
      select json_agg(json_build_object('place', item.seq, 'item', item.data, 'feedback', feedback.kind)
        order by item.seq)
      from (
        select seq, id, data from ${tables.items} where thread_id = thread.id and seq > $4::bigint
        order by seq limit ${PAGE}
      ) as item
      left join ${tables.feedback} as feedback
        on feedback.thread_id = thread.id and feedback.item_id = item.id and feedback.owner_id = $2
    )::text as page
    from ${tables.threads} as thread where ${isOwn('thread')}`,
    [threadId, who.owner, who.tenant ?? null, after],
  )
}

/** Places are ids, from the empty one. */
export function exportAttachments(tables: Tables, who: OwnerRef, after: string): Statement<ExportPageRow> {
  const values: (string | number | null)[] = [after]
  return statement(
    `select json_agg(json_build_object('place', id, 'attachment',
      data || jsonb_strip_nulls(jsonb_build_object('thread_id', thread_id))) order by id)::text as page
    from (
      select id, data, thread_id from ${tables.attachments}
      where id > $1 and ${ownedBy(who, values)} order by id limit ${PAGE}
    ) as attachment`,
    values,
  )
}

/** Places are keys, from the empty one. */
export function exportStates(tables: Tables, who: OwnerRef, after: string): Statement<ExportPageRow> {
  const values: (string | number | null)[] = [after]
  return statement(
    `select json_agg(json_build_object('place', key, 'state', json_build_object('key', key, 'value', value,
      'expires_at', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) order by key)::text as page
    from (
      select key, value, expires_at from ${tables.states}
      where key > $1 and ${ownedBy(who, values)} and expires_at > now() order by key limit ${PAGE}
    ) as state`,
    values,
  )
}
