import type { ItemQuery, Scope, ThreadItem } from '@robolearn/chatkit-server-core'
import { itemColumns, itemsJson, itemValues } from '../mapping/item.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { beyond, type PageRow } from './page.ts'
import { isThread, threadKey } from './scoped.ts'

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
    from ${tables.threads} as thread where ${isThread('thread')}`,
    [...threadKey(threadId, scope), itemId],
  )
}

/** No row when there is no such thread. Hidden items are left out before the page is cut. */
export function listItems(
  tables: Tables,
  threadId: string,
  { limit, order, after, include }: ItemQuery,
  scope: Scope,
): Statement<PageRow> {
  const values: (string | number | null)[] = [...threadKey(threadId, scope), limit + 1]
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
    from ${tables.threads} as thread where ${isThread('thread')}`,
    values,
  )
}

/** One row when it was saved, none when there is no such thread. */
export function saveItem(
  tables: Tables,
  threadId: string,
  item: ThreadItem,
  scope: Scope,
): Statement<{ thread_id: string }> {
  // A replacement takes a number of the sequence too and leaves it unused: its row keeps the one it has.
  return statement(
    `with advanced as (
      update ${tables.threads} as thread set last_item_seq = thread.last_item_seq + 1, updated_at = now()
      where ${isThread('thread')}
      returning thread.id, thread.last_item_seq
    ), saved as (
      insert into ${tables.items} as item (thread_id, seq, ${itemColumns})
      select advanced.id, advanced.last_item_seq, ${itemValues('entry.value')}
      from advanced, jsonb_array_elements($4::jsonb) as entry (value)
      on conflict (thread_id, id) do update
      set type = excluded.type, data = excluded.data, visible = excluded.visible, created_at = excluded.created_at
    )
    select id as thread_id from advanced`,
    [...threadKey(threadId, scope), itemsJson([item])],
  )
}

export function deleteItem(tables: Tables, threadId: string, itemId: string, scope: Scope): Statement<never> {
  return statement(
    `delete from ${tables.items} as item using ${tables.threads} as thread
    where item.thread_id = thread.id and item.id = $4 and ${isThread('thread')}`,
    [...threadKey(threadId, scope), itemId],
  )
}
