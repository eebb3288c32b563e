import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { ownedBy, type OwnerRef } from './owned.ts'

/** How many rows a statement deletes: few enough that nobody waits long for what it locks. */
export const BATCH = 500
/** Threads have rows of their own that go with them. */
export const THREAD_BATCH = 50

/** An attachment that is about to be deleted. */
export interface DoomedAttachment {
  id: string
  owner: string
  tenant: string | null
}

/** A JSON array; null for none. */
export interface DoomedRow {
  attachments: string | null
}

const doomed = `json_agg(json_build_object('id', id, 'owner', owner_id, 'tenant', tenant_id))::text as attachments`

/** Some attachments of an owner, in threads and outside. */
export function attachmentsOfOwner(tables: Tables, who: OwnerRef): Statement<DoomedRow> {
  const values: (string | number | null)[] = []
  return statement(
    `select ${doomed} from (
      select id, owner_id, tenant_id from ${tables.attachments}
      where ${ownedBy(who, values)} order by id limit ${BATCH}
    ) as attachment`,
    values,
  )
}

export function attachmentsOfThreads(tables: Tables, threadIds: string[]): Statement<DoomedRow> {
  return statement(
    `select ${doomed} from ${tables.attachments}
    where thread_id = any (array(select jsonb_array_elements_text($1::jsonb)))`,
    [JSON.stringify(threadIds)],
  )
}

/** How many rows a statement was about, as text. */
export interface CountRow {
  rows: string
}

export function deleteAttachments(tables: Tables, ids: string[]): Statement<CountRow> {
  return statement(
    `with gone as (
      delete from ${tables.attachments} where id = any (array(select jsonb_array_elements_text($1::jsonb)))
      returning id
    )
    select count(*)::text as rows from gone`,
    [JSON.stringify(ids)],
  )
}

/** Some threads of an owner. What hangs on them goes with them, by foreign keys and the trigger of the runs. */
export function deleteThreadsOfOwner(tables: Tables, who: OwnerRef): Statement<CountRow> {
  const values: (string | number | null)[] = []
  // Locked in one order first: two who erase the same owner wait for each other instead of ending in a deadlock.
  return statement(
    `with batch as (
      select id from ${tables.threads} where ${ownedBy(who, values)}
      order by created_at, id limit ${THREAD_BATCH} for update
    ), gone as (
      delete from ${tables.threads} where id = any (array(select id from batch)) returning id
    )
    select count(*)::text as rows from gone`,
    values,
  )
}

export function deleteStatesOfOwner(tables: Tables, who: OwnerRef): Statement<CountRow> {
  const values: (string | number | null)[] = []
  const owned = ownedBy(who, values)
  return statement(
    `with batch as (
      select key from ${tables.states} where ${owned} order by key limit ${BATCH} for update
    ), gone as (
      delete from ${tables.states} where ${owned} and key = any (array(select key from batch)) returning key
    )
    select count(*)::text as rows from gone`,
    values,
  )
}

/** A part of all threads, and those in it that nothing was written into since a time. */
export interface OldThreadsRow {
  /** Where the part ends; null behind the last one. */
  last: string | null
  /** A JSON array of ids; null for none. */
  old: string | null
}

/**
 * Walks all threads by their ids, a part at a time: an index by the time of the last write would make every turn
 * write into it.
 */
export function findThreadsBefore(tables: Tables, before: string, afterId: string): Statement<OldThreadsRow> {
  return statement(
    `select max(id) as last, json_agg(id) filter (where updated_at < $1::timestamptz)::text as old
    from (
      select id, updated_at from ${tables.threads} where id > $2 order by id limit ${BATCH}
    ) as thread`,
    [before, afterId],
  )
}

/** Those of the threads that are still old. */
export function deleteThreadsIfBefore(tables: Tables, before: string, ids: string[]): Statement<CountRow> {
  return statement(
    `with batch as (
      select id from ${tables.threads}
      where id = any (array(select jsonb_array_elements_text($2::jsonb))) and updated_at < $1::timestamptz
      order by id for update
    ), gone as (
      delete from ${tables.threads} where id = any (array(select id from batch)) returning id
    )
    select count(*)::text as rows from gone`,
    [before, JSON.stringify(ids)],
  )
}
