import type { Tables } from '../schema.ts'

/**
 * The steps from an empty schema to the present one; a step's place is its version, from 1. What has been
 * published is never edited: a change is a new step.
 */
export const steps: readonly ((tables: Tables) => string[])[] = [
  threadsAndItems,
  attachmentsAndFeedback,
  runsAndStates,
  eventsWithoutForeignKey,
]

function threadsAndItems(tables: Tables): string[] {
  return [
    `create table ${tables.threads} (
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
    // Two, each row in one of them: an index gives its rows in order only below columns that are compared with
    // `=`, which a missing tenant cannot be.
    `create index threads_of_owner on ${tables.threads} (owner_id, created_at, id) where tenant_id is null`,
    `create index threads_of_tenant on ${tables.threads} (tenant_id, owner_id, created_at, id)
      where tenant_id is not null`,
    // Keys of what hangs on a thread start with the thread's id, so that tables can be distributed by it.
    `create table ${tables.items} (
      thread_id text collate "C" not null references ${tables.threads} (id) on delete cascade,
      id text collate "C" not null,
      seq bigint not null,
      type text not null,
      data jsonb not null,
      visible boolean not null,
      created_at timestamptz not null,
      primary key (thread_id, id),
      unique (thread_id, seq)
    )`,
  ]
}

function attachmentsAndFeedback(tables: Tables): string[] {
  return [
    // Which thread an attachment belongs to is told by the column alone: `data` holds no `thread_id`.
    `create table ${tables.attachments} (
      id text collate "C" primary key,
      tenant_id text collate "C",
      owner_id text collate "C" not null,
      thread_id text collate "C" references ${tables.threads} (id) on delete cascade,
      data jsonb not null
    )`,
    `create index attachments_of_thread on ${tables.attachments} (thread_id) where thread_id is not null`,
    `create table ${tables.feedback} (
      thread_id text collate "C" not null,
      item_id text collate "C" not null,
      owner_id text collate "C" not null,
      kind text not null,
      given_at timestamptz not null default now(),
      primary key (thread_id, item_id, owner_id),
      foreign key (thread_id, item_id) references ${tables.items} (thread_id, id) on delete cascade
    )`,
  ]
}

function runsAndStates(tables: Tables): string[] {
  // No unique key treats two missing tenants as equal before PostgreSQL 15: an expression does.
  const ofOwner = `(owner_id, key, coalesce(tenant_id, ''), (tenant_id is null))`
  return [
    `create index attachments_of_owner on ${tables.attachments} (owner_id, id)`,
    // Which run wrote the item last; for which retry it is set aside, null where it is to be seen.
    `alter table ${tables.items}
      add column run_id text collate "C",
      add column superseded_by text collate "C"`,
    `create index items_set_aside on ${tables.items} (thread_id, superseded_by) where superseded_by is not null`,
    `create index items_of_run on ${tables.items} (thread_id, run_id, seq) where run_id is not null`,
    `create table ${tables.processes} (
      id text collate "C" primary key,
      lease_until timestamptz not null
    )`,
    // `process_id` refers to nothing: a process that is gone has no row any more.
    `create table ${tables.runs} (
      thread_id text collate "C" not null references ${tables.threads} (id) on delete cascade,
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
    `create unique index runs_active on ${tables.runs} (thread_id) where status = 'running'`,
    `create index runs_active_of_owner on ${tables.runs} (owner_id) where status = 'running'`,
    `create index runs_with_log on ${tables.runs} (ended_at) where status <> 'running' and not log_dropped`,
    `create index runs_without_log on ${tables.runs} (ended_at) where status <> 'running' and log_dropped`,
    // By the last number: with the first one a reader who stopped inside a row would not find the rest of it.
    `create table ${tables.runEvents} (
      thread_id text collate "C" not null,
      run_id text collate "C" not null,
      last_seq bigint not null,
      first_seq bigint not null,
      data bytea not null,
      primary key (thread_id, run_id, last_seq),
      foreign key (thread_id, run_id) references ${tables.runs} (thread_id, id) on delete cascade
    )`,
    `create table ${tables.idempotencyKeys} (
      owner_id text collate "C" not null,
      tenant_id text collate "C",
      key text collate "C" not null,
      body_hash text not null,
      thread_id text collate "C" not null references ${tables.threads} (id) on delete cascade,
      run_id text collate "C" not null,
      expires_at timestamptz not null
    )`,
    `create unique index idempotency_keys_of_owner on ${tables.idempotencyKeys} ${ofOwner}`,
    `create index idempotency_keys_of_thread on ${tables.idempotencyKeys} (thread_id)`,
    `create index idempotency_keys_by_end on ${tables.idempotencyKeys} (expires_at)`,
    `create table ${tables.states} (
      owner_id text collate "C" not null,
      tenant_id text collate "C",
      key text collate "C" not null,
      value jsonb not null,
      expires_at timestamptz not null
    )`,
    `create unique index states_of_owner on ${tables.states} ${ofOwner}`,
    `create index states_by_end on ${tables.states} (expires_at)`,
  ]
}

/**
 * An event is written below the lock of its run, so the run is there; asking again for each row was a quarter of the
 * database's work. Its other half, that events go with their run, is a trigger's.
 */
function eventsWithoutForeignKey(tables: Tables): string[] {
  const deleteEvents = `${tables.schema}.delete_run_events`
  return [
    `alter table ${tables.runEvents} drop constraint run_events_thread_id_run_id_fkey`,
    `create function ${deleteEvents}() returns trigger language plpgsql as $$
    begin
      delete from ${tables.runEvents} as event
      using unnest(array(select thread_id from gone), array(select id from gone)) as run (thread_id, id)
      where event.thread_id = run.thread_id and event.run_id = run.id;
      return null;
    end $$`,
    `create trigger events_go_with_their_run after delete on ${tables.runs}
      referencing old table as gone for each statement execute function ${deleteEvents}()`,
  ]
}
