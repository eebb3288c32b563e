import type { Scope, Thread, ThreadItem } from '@robolearn/chatkit-server-core'
import { itemColumns, itemsJson, itemValues } from '../mapping/item.ts'
import { threadJson, threadValues } from '../mapping/thread.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { isThread, threadKey } from './scoped.ts'

/** The thread as it was found or made, as JSON; no row when there is none. */
export interface OpenTurnRow {
  thread: string
}

/** Appends to a thread that is there. On one that is locked or closed nothing is written. */
export function appendToThread(
  tables: Tables,
  threadId: string,
  items: ThreadItem[],
  scope: Scope,
): Statement<OpenTurnRow> {
  // The row's lock comes first: whoever waited for it sees the status and the sequence as they are by then,
  // and sequences are committed in their order, so a list that is being paged never gets a row behind it.
  return statement(
    `with target as (
      select * from ${tables.threads} as thread where ${isThread('thread')} for update
    ), advanced as (
      update ${tables.threads} as thread
      set last_item_seq = thread.last_item_seq + jsonb_array_length($4::jsonb), updated_at = now()
      from target
      where thread.id = target.id and target.status->>'type' not in ('locked', 'closed')
      returning thread.id, thread.last_item_seq - jsonb_array_length($4::jsonb) as before
    ), appended as (
      insert into ${tables.items} (thread_id, seq, ${itemColumns})
      select advanced.id, advanced.before + entry.place, ${itemValues('entry.value')}
      from advanced, jsonb_array_elements($4::jsonb) with ordinality as entry (value, place)
    )
    select ${threadJson('target')}::text as thread from target`,
    [...threadKey(threadId, scope), itemsJson(items)],
  )
}

/** Makes a thread together with its first items. */
export function insertThread(
  tables: Tables,
  thread: Thread,
  items: ThreadItem[],
  scope: Scope,
): Statement<OpenTurnRow> {
  return statement(
    `with made as (
      insert into ${tables.threads} as thread
        (id, owner_id, tenant_id, title, status, allowed_image_domains, metadata, created_at, last_item_seq)
      values ($1, $2, $3, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9::timestamptz, jsonb_array_length($4::jsonb))
      returning *
    ), appended as (
      insert into ${tables.items} (thread_id, seq, ${itemColumns})
      select made.id, entry.place, ${itemValues('entry.value')}
      from made, jsonb_array_elements($4::jsonb) with ordinality as entry (value, place)
    )
    select ${threadJson('made')}::text as thread from made`,
    [...threadKey(thread.id, scope), itemsJson(items), ...threadValues(thread)],
  )
}
