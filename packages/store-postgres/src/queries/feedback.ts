import type { Feedback, Scope } from '@robolearn/chatkit-server-core'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { mayWrite, ownKey } from './scoped.ts'

/** No row when there is no such thread; an item that is not there, in whose case nothing was written, or null. */
export interface SavedFeedbackRow {
  missing: string | null
}

export function saveFeedback(
  tables: Tables,
  { threadId, itemIds, kind }: Feedback,
  scope: Scope,
): Statement<SavedFeedbackRow> {
  return statement(
    `with target as (
      select thread.id from ${tables.threads} as thread where ${mayWrite('thread', scope)} for key share
    ), wanted as (
      select distinct id from jsonb_array_elements_text($4::jsonb) as entry (id)
    ), found as (
      select item.thread_id, item.id from target
      join ${tables.items} as item on item.thread_id = target.id
      where item.id in (select id from wanted) and item.superseded_by is null
      for key share of item
    ), missing as (
      select min(id) as id from wanted where id not in (select id from found)
    ), saved as (
      insert into ${tables.feedback} (thread_id, item_id, owner_id, kind)
      select found.thread_id, found.id, $2, $5 from found, missing where missing.id is null
      on conflict (thread_id, item_id, owner_id) do update
      set kind = excluded.kind, given_at = excluded.given_at
    )
    select missing.id as missing from target, missing`,
    [...ownKey(threadId, scope), toJson(itemIds, `Feedback on thread "${threadId}"`), kind],
  )
}
