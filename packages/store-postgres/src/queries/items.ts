import type { ItemQuery, Scope, ThreadItem } from '@robolearn/chatkit-server-core'
import { itemColumns, itemEntries, itemsJson, itemValues, replaceItem } from '../mapping/item.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { beyond, type PageRow } from './page.ts'
import { isOwn, mayWrite, ownKey } from './scoped.ts'

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
      select item.data from ${tables.items} as item
      where item.thread_id = thread.id and item.id = $4 and item.superseded_by is null
    )::text as item
    from ${tables.threads} as thread where ${isOwn('thread')}`,
    [...ownKey(threadId, scope), itemId],
  )
}

/** No row when there is no such thread. What is not to be seen is left out before the page is cut. */
export function listItems(
  tables: Tables,
  threadId: string,
  { limit, order, after, include }: ItemQuery,
  scope: Scope,
): Statement<PageRow> {
  const values: (string | number | null)[] = [...ownKey(threadId, scope), limit + 1]
  const listed = `thread_id = thread.id and superseded_by is null ${include === 'visible' ? 'and visible' : ''}`
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

/** One row for each that was deleted. */
export interface DeletedRow {
  id: string
}

/** One row when it was written, none when there is no such thread. */
export interface WrittenRow {
  thread: string
}

export function saveItem(
  tables: Tables,
  threadId: string,
  item: ThreadItem,
  scope: Scope,
): Statement<WrittenRow> {
  // The update locks the thread's row, so sequences are committed in their order, and a list that is being
  // paged never gets a row behind it.
  return statement(
    `with advanced as (
      update ${tables.threads} as thread
      set last_item_seq = thread.last_item_seq + 1, updated_at = now()
      where ${mayWrite('thread', scope)}
      returning thread.id, thread.last_item_seq - 1 as before
    ), written as (
      insert into ${tables.items} (thread_id, seq, ${itemColumns})
      select advanced.id, advanced.before + entry.place, ${itemValues('entry.value')}
      from advanced, ${itemEntries('$4')}
      ${replaceItem}
    )
    select id as thread from advanced`,
    [...ownKey(threadId, scope), itemsJson([item])],
  )
}

export function deleteItem(
  tables: Tables,
  threadId: string,
  itemId: string,
  scope: Scope,
): Statement<DeletedRow> {
  return statement(
    `delete from ${tables.items} as item using ${tables.threads} as thread
    where item.thread_id = thread.id and item.id = $4 and ${mayWrite('thread', scope)}
    returning item.id`,
    [...ownKey(threadId, scope), itemId],
  )
}
