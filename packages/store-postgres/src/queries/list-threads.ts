import type { PageQuery, Scope } from '@robolearn/chatkit-server-core'
import { threadJson } from '../mapping/thread.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { beyond, type PageRow } from './page.ts'

/** The threads of who is asking, by `created_at`, then `id`: one more than the page holds, as one JSON array. */
export function listThreads(tables: Tables, query: PageQuery, scope: Scope): Statement<PageRow> {
  const { limit, order, after } = query
  const values: (string | number)[] = [scope.owner, limit + 1]
  // Not `is not distinct from`, which no index serves.
  const isTenant =
    scope.tenant === undefined ? 'tenant_id is null' : `tenant_id = $${values.push(scope.tenant)}`
  const mine = `owner_id = $1 and ${isTenant}`
  const fromCursor =
    after === undefined
      ? ''
      : `and (created_at, id) ${beyond(order)}
          (select created_at, id from ${tables.threads} where id = $${values.push(after)} and ${mine})`
  return statement(
    `select json_agg(${threadJson('thread')} order by thread.created_at ${order}, thread.id ${order})::text as page
    from (
      select * from ${tables.threads} where ${mine} ${fromCursor}
      order by created_at ${order}, id ${order} limit $2
    ) as thread`,
    values,
  )
}
