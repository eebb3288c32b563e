import type { Scope, Thread, ThreadChanges, ThreadItem } from '@robolearn/chatkit-server-core'
import { itemColumns, itemsJson, itemValues } from '../mapping/item.ts'
import { storableText, threadJson, threadValues } from '../mapping/thread.ts'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { isOwn, ownKey } from './scoped.ts'

/** Makes a thread together with its first items. */
export function insertThread(
  tables: Tables,
  thread: Thread,
  items: ThreadItem[],
  scope: Scope,
): Statement<never> {
  return statement(
    `with made as (
      insert into ${tables.threads}
        (id, owner_id, tenant_id, title, status, allowed_image_domains, metadata, created_at, last_item_seq)
      values ($1, $2, $3, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9::timestamptz, jsonb_array_length($4::jsonb))
      returning id
    )
    insert into ${tables.items} (thread_id, seq, ${itemColumns})
    select made.id, entry.place, ${itemValues('entry.value')}
    from made, jsonb_array_elements($4::jsonb) with ordinality as entry (value, place)`,
    [...ownKey(thread.id, scope), itemsJson(items), ...threadValues(thread)],
  )
}

/** One thread as JSON; no row when there is none. */
export interface LoadedThreadRow {
  thread: string
}

export function loadThread(tables: Tables, threadId: string, scope: Scope): Statement<LoadedThreadRow> {
  return statement(
    `select ${threadJson('thread')}::text as thread from ${tables.threads} as thread where ${isOwn('thread')}`,
    ownKey(threadId, scope),
  )
}

/** Sets the columns that are named, and no other: whoever changes another field meanwhile keeps their change. */
export function updateThread(
  tables: Tables,
  threadId: string,
  changes: ThreadChanges,
  scope: Scope,
): Statement<LoadedThreadRow> {
  const { title, status, allowed_image_domains: domains, metadata } = changes
  const what = `Thread "${threadId}"`
  const values: (string | null)[] = ownKey(threadId, scope)
  const columns = ['updated_at = now()']
  const set = (column: string, value: string | null, type: string): void => {
    columns.push(`${column} = $${values.push(value)}::${type}`)
  }
  if (title !== undefined) set('title', title === null ? null : storableText(title, what), 'text')
  if (status !== undefined) set('status', toJson(status, what), 'jsonb')
  if (domains !== undefined) {
    set('allowed_image_domains', domains === null ? null : toJson(domains, what), 'jsonb')
  }
  if (metadata !== undefined) set('metadata', toJson(metadata, what), 'jsonb')
  return statement(
    `update ${tables.threads} as thread set ${columns.join(', ')} where ${isOwn('thread')}
    returning ${threadJson('thread')}::text as thread`,
    values,
  )
}

/** Its items, the feedback on them and its attachments go with it, by their foreign keys. */
export function deleteThread(tables: Tables, threadId: string, scope: Scope): Statement<never> {
  return statement(
    `delete from ${tables.threads} as thread where ${isOwn('thread')}`,
    ownKey(threadId, scope),
  )
}
