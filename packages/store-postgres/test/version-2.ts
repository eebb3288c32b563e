import { version1 } from './version-1.ts'

/**
 * What version 2 left behind, on top of version 1, with an attachment and an opinion of Ada. Written down here so that
 * it stays as it was, whatever becomes of the steps.
 */
export const version2 = [
  ...version1,
  `create table chatkit.attachments (
    id text collate "C" primary key,
    tenant_id text collate "C",
    owner_id text collate "C" not null,
    thread_id text collate "C" references chatkit.threads (id) on delete cascade,
    data jsonb not null
  )`,
  `create index attachments_of_thread on chatkit.attachments (thread_id) where thread_id is not null`,
  `create table chatkit.feedback (
    thread_id text collate "C" not null,
    item_id text collate "C" not null,
    owner_id text collate "C" not null,
    kind text not null,
    given_at timestamptz not null default now(),
    primary key (thread_id, item_id, owner_id),
    foreign key (thread_id, item_id) references chatkit.items (thread_id, id) on delete cascade
  )`,
  `insert into chatkit.migrations (version) values (2)`,
  `insert into chatkit.attachments (id, owner_id, thread_id, data) values (
    'atc_1', 'ada', 'thr_1',
    '{"id": "atc_1", "type": "file", "name": "notes.pdf", "mime_type": "application/pdf"}'
  )`,
  `insert into chatkit.feedback (thread_id, item_id, owner_id, kind) values ('thr_1', 'msg_1', 'ada', 'positive')`,
]
