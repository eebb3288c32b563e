import type { ItemQuery, Scope, ThreadItem } from '@robolearn/chatkit-server-core'
import { itemColumns, itemsJson, itemValues } from '../mapping/item.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { beyond, type PageRow } from './page.ts'
import { isOwn, ownKey } from './scoped.ts'

/** No row when there is no such thread; null when the thread has no such item. */
export interface LoadedItemRow {
  item: string | null
}

export function loadItem(
  tables: Tables,
  threadId: string,
  itemId: string,
  scope: Scope,
): Statement<LoadedItemRow> {
  return statement(
    `select (
      select item.data from ${tables.items} as item where item.thread_id = thread.id and item.id = $4
    )::text as item
    from ${tables.threads} as thread where ${isOwn('thread')}`,
    [...ownKey(threadId, scope), itemId],
  )
}

/** No row when there is no such thread. Hidden items are left out before the page is cut. */
export function listItems(
  tables: Tables,
  threadId: string,
  { limit, order, after, include }: ItemQuery,
  scope: Scope,
): Statement<PageRow> {
  const values: (string | number | null)[] = [...ownKey(threadId, scope), limit + 1]
  const listed = `thread_id = thread.id ${include === 'visible' ? 'and visible' : ''}`
  const fromCursor =
    after === undefined
      ? ''
      : `and seq ${beyond(order)} (select seq from ${tables.items} where ${listed} and id = $${values.push(after)})`
  return statement(
    `select (
      select json_agg(item.data order by item.seq ${order}) from (
        select seq, data from ${tables.items} where ${listed} ${fromCursor} order by seq ${order} limit $4
      ) as item
    )::text as page
    from ${tables.threads} as thread where ${isOwn('thread')}`,
    values,
  )
}

/** One row when they were written, none when there is no such thread. */
export interface WrittenRow {
  thread: string
}

/** Fails on an id that the thread has already. */
export function appendItems(
  tables: Tables,
  threadId: string,
  items: ThreadItem[],
  scope: Scope,
): Statement<WrittenRow> {
  return writeItems(tables, threadId, items, scope)
}

export function saveItem(
  tables: Tables,
  threadId: string,
  item: ThreadItem,
  scope: Scope,
): Statement<WrittenRow> {
  // A replacement takes a number of the sequence too and leaves it unused: its row keeps the one it has.
  return writeItems(
    tables,
    threadId,
    [item],
    scope,
    `on conflict (thread_id, id) do update
      set type = excluded.type, data = excluded.data, visible = excluded.visible, created_at = excluded.created_at`,
  )
}

function writeItems(
  tables: Tables,
  threadId: string,
  items: ThreadItem[],
  scope: Scope,
  onConflict = '',
): Statement<WrittenRow> {
  // The update locks the thread's row, so sequences are committed in their order, and a list that is being
  // paged never gets a row behind it.
  return statement(
    `with advanced as (
      update ${tables.threads} as thread
      set last_item_seq = thread.last_item_seq + jsonb_array_length($4::jsonb), updated_at = now()
      where ${isOwn('thread')}
      returning thread.id, thread.last_item_seq - jsonb_array_length($4::jsonb) as before
    ), written as (
      insert into ${tables.items} (thread_id, seq, ${itemColumns})
      select advanced.id, advanced.before + entry.place, ${itemValues('entry.value')}
      from advanced, jsonb_array_elements($4::jsonb) with ordinality as entry (value, place)
      ${onConflict}
    )
    select id as thread from advanced`,
    [...ownKey(threadId, scope), itemsJson(items)],
  )
}

export function deleteItem(tables: Tables, threadId: string, itemId: string, scope: Scope): Statement<never> {
  return statement(
    `delete from ${tables.items} as item using ${tables.threads} as thread
    where item.thread_id = thread.id and item.id = $4 and ${isOwn('thread')}`,
    [...ownKey(threadId, scope), itemId],
  )
}
