import type { Tables } from '../schema.ts'

/**
 * The steps from an empty schema to the present one; a step's place is its version, from 1. What has been
 * published is never edited: a change is a new step.
 */
export const steps: readonly ((tables: Tables) => string[])[] = [threadsAndItems, attachmentsAndFeedback]

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
