import type { Attachment, Scope } from '@robolearn/chatkit-server-core'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import type { DeletedRow } from './items.ts'
import { holds, isOwn, mayWrite, ownKey } from './scoped.ts'

/** An attachment as JSON; no row when there is none. */
export interface LoadedAttachmentRow {
  attachment: string
}

export function loadAttachment(
  tables: Tables,
  attachmentId: string,
  scope: Scope,
): Statement<LoadedAttachmentRow> {
  return statement(
    `select (data || jsonb_strip_nulls(jsonb_build_object('thread_id', thread_id)))::text as attachment
    from ${tables.attachments} as attachment where ${isOwn('attachment')}`,
    ownKey(attachmentId, scope),
  )
}

/** `saved` is null when the id is someone else's, or when the attachment names a thread that is not there. */
export interface SavedAttachmentRow {
  saved: string | null
  thread: string | null
}

export function saveAttachment(
  tables: Tables,
  { thread_id: threadId, ...attachment }: Attachment,
  scope: Scope,
): Statement<SavedAttachmentRow> {
  // With a lock on the thread, as far as there is one: it cannot be deleted before the attachment is its own.
  return statement(
    `with target as (
      select thread.id from ${tables.threads} as thread
      where thread.id = $4 and thread.owner_id = $2 and thread.tenant_id is not distinct from $3
      for key share
    ), saved as (
      insert into ${tables.attachments} as attachment (id, owner_id, tenant_id, thread_id, data)
      select $1, $2, $3, $4, $5::jsonb where ($4::text is null or exists (select from target)) and ${holds(scope)}
      on conflict (id) do update set thread_id = excluded.thread_id, data = excluded.data where ${isOwn('attachment')}
      returning id
    )
    select (select id from saved) as saved, (select id from target) as thread`,
    [...ownKey(attachment.id, scope), threadId ?? null, toJson(attachment, `Attachment "${attachment.id}"`)],
  )
}

export function deleteAttachment(tables: Tables, attachmentId: string, scope: Scope): Statement<DeletedRow> {
  return statement(
    `delete from ${tables.attachments} as attachment where ${mayWrite('attachment', scope)}
    returning attachment.id`,
    ownKey(attachmentId, scope),
  )
}
