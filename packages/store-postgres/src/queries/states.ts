import type { Scope } from '@robolearn/chatkit-server-core'
import { storableText } from '../mapping/thread.ts'
import { toJson } from '../mapping/to-json.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { holds, isOwners, ownKey } from './scoped.ts'

/** SQL: the unique key of what an owner names. Without a tenant, too, there is one of each name. */
export const NAMED_BY_OWNER = `(owner_id, key, coalesce(tenant_id, ''), (tenant_id is null))`

export function saveState(
  tables: Tables,
  key: string,
  value: unknown,
  ttlMs: number,
  scope: Scope,
): Statement<{ key: string }> {
  return statement(
    `insert into ${tables.states} as state (key, owner_id, tenant_id, value, expires_at)
    select $1, $2, $3, $4::jsonb, now() + $5::double precision * interval '1 millisecond' where ${holds(scope)}
    on conflict ${NAMED_BY_OWNER} do update set value = excluded.value, expires_at = excluded.expires_at
    returning state.key`,
    [...ownKey(storableText(key, 'The key of a state'), scope), toJson(value, 'A state'), ttlMs],
  )
}

/** One row when there was a value, which nobody else is given; null when its time was over. */
export function claimState(tables: Tables, key: string, scope: Scope): Statement<{ value: string | null }> {
  return statement(
    `delete from ${tables.states} as state where state.key = $1 and ${isOwners('state')} and ${holds(scope)}
    returning case when state.expires_at > now() then state.value::text end as value`,
    ownKey(key, scope),
  )
}
