import { version2 } from './version-2.ts'

/** What version 3 left behind, on top of version 2, with a run of Ada that has ended and its log. */
export const version3 = [
  ...version2,
  `create index attachments_of_owner on chatkit.attachments (owner_id, id)`,
  `alter table chatkit.items
    add column run_id text collate "C",
    add column superseded_by text collate "C"`,
  `create index items_set_aside on chatkit.items (thread_id, superseded_by) where superseded_by is not null`,
  `create index items_of_run on chatkit.items (thread_id, run_id, seq) where run_id is not null`,
  `create table chatkit.processes (
    id text collate "C" primary key,
    lease_until timestamptz not null
  )`,
  `create table chatkit.runs (
    thread_id text collate "C" not null references chatkit.threads (id) on delete cascade,
    id text collate "C" not null unique,
    owner_id text collate "C" not null,
    tenant_id text collate "C",
    process_id text collate "C" not null,
    status text not null default 'running',
    stop_requested boolean not null default false,
    last_seq bigint,
    opened_at timestamptz not null default now(),
    ended_at timestamptz,
    log_dropped boolean not null default false,
    primary key (thread_id, id)
  )`,
  `create unique index runs_active on chatkit.runs (thread_id) where status = 'running'`,
  `create index runs_active_of_owner on chatkit.runs (owner_id) where status = 'running'`,
  `create index runs_with_log on chatkit.runs (ended_at) where status <> 'running' and not log_dropped`,
  `create index runs_without_log on chatkit.runs (ended_at) where status <> 'running' and log_dropped`,
  `create table chatkit.run_events (
    thread_id text collate "C" not null,
    run_id text collate "C" not null,
    last_seq bigint not null,
    first_seq bigint not null,
    data bytea not null,
    primary key (thread_id, run_id, last_seq),
    foreign key (thread_id, run_id) references chatkit.runs (thread_id, id) on delete cascade
  )`,
  `create table chatkit.idempotency_keys (
    owner_id text collate "C" not null,
    tenant_id text collate "C",
    key text collate "C" not null,
    body_hash text not null,
    thread_id text collate "C" not null references chatkit.threads (id) on delete cascade,
    run_id text collate "C" not null,
    expires_at timestamptz not null
  )`,
  `create unique index idempotency_keys_of_owner on chatkit.idempotency_keys (owner_id, key, coalesce(tenant_id, ''), (tenant_id is null))`,
  `create index idempotency_keys_of_thread on chatkit.idempotency_keys (thread_id)`,
  `create index idempotency_keys_by_end on chatkit.idempotency_keys (expires_at)`,
  `create table chatkit.states (
    owner_id text collate "C" not null,
    tenant_id text collate "C",
    key text collate "C" not null,
    value jsonb not null,
    expires_at timestamptz not null
  )`,
  `create unique index states_of_owner on chatkit.states (owner_id, key, coalesce(tenant_id, ''), (tenant_id is null))`,
  `create index states_by_end on chatkit.states (expires_at)`,
  `insert into chatkit.migrations (version) values (3)`,
  `insert into chatkit.runs (thread_id, id, owner_id, process_id, status, last_seq, ended_at)
    values ('thr_1', 'run_1', 'ada', 'process_1', 'completed', 2, now())`,
  `insert into chatkit.run_events (thread_id, run_id, last_seq, first_seq, data)
    values ('thr_1', 'run_1', 2, 1, '{}')`,
]
