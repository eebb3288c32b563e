import type { Scope, ThreadChanges } from '@robolearn/chatkit-server-core'
import { storableText, threadJson } from '../mapping/thread.ts'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import type { DeletedRow } from './items.ts'
import { isOwn, mayWrite, ownKey } from './scoped.ts'

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
    `update ${tables.threads} as thread set ${columns.join(', ')} where ${mayWrite('thread', scope)}
    returning ${threadJson('thread')}::text as thread`,
    values,
  )
}

/** Everything of it goes with it, by foreign keys and the trigger of the runs: their rows first, for which writers wait. */
export function deleteThread(tables: Tables, threadId: string, scope: Scope): Statement<DeletedRow> {
  return statement(
    `delete from ${tables.threads} as thread where ${mayWrite('thread', scope)} returning thread.id`,
    ownKey(threadId, scope),
  )
}
