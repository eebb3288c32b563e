/**
 * What version 1 left behind in the schema `chatkit`: its tables as it made them, and one conversation of Ada.
 * Written down here so that it stays as it was, whatever becomes of the steps.
 */
export const version1 = [
  `create schema chatkit`,
  `create table chatkit.migrations (version int primary key, applied_at timestamptz not null default now())`,
  `create table chatkit.threads (
    id text collate "C" primary key,
    tenant_id text collate "C",
    owner_id text collate "C" not null,
    title text,
    status jsonb not null,
    allowed_image_domains jsonb,
    metadata jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null default now(),
    last_item_seq bigint not null
  )`,
  `create index threads_of_owner on chatkit.threads (owner_id, created_at, id) where tenant_id is null`,
  `create index threads_of_tenant on chatkit.threads (tenant_id, owner_id, created_at, id) where tenant_id is not null`,
  `create table chatkit.items (
    thread_id text collate "C" not null references chatkit.threads (id) on delete cascade,
    id text collate "C" not null,
    seq bigint not null,
    type text not null,
    data jsonb not null,
    visible boolean not null,
    created_at timestamptz not null,
    primary key (thread_id, id),
    unique (thread_id, seq)
  )`,
  `insert into chatkit.migrations (version) values (1)`,
  `insert into chatkit.threads (id, owner_id, title, status, metadata, created_at, last_item_seq)
    values ('thr_1', 'ada', 'Servos', '{"type": "active"}', '{}', '2026-03-01T10:00:00.123Z', 1)`,
  `insert into chatkit.items (thread_id, id, seq, type, data, visible, created_at) values (
    'thr_1', 'msg_1', 1, 'assistant_message',
    '{"id": "msg_1", "type": "assistant_message", "content": [{"text": "Hello", "type": "output_text", "annotations": []}], "thread_id": "thr_1", "created_at": "2026-03-01T10:00:00.123Z"}',
    true, '2026-03-01T10:00:00.123Z'
  )`,
]
