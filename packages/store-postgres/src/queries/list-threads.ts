import type { PageQuery, Scope } from '@robolearn/chatkit-server-core'
import { threadJson } from '../mapping/thread.ts'
import type { Tables } from '../schema.ts'
import { statement, type Statement } from '../statement.ts'
import { ownedBy } from './owned.ts'
import { beyond, type PageRow } from './page.ts'

/** The threads of who is asking, by `created_at`, then `id`: one more than the page holds, as one JSON array. */
export function listThreads(tables: Tables, query: PageQuery, scope: Scope): Statement<PageRow> {
  const { limit, order, after } = query
  const values: (string | number | null)[] = []
  const mine = ownedBy(scope, values)
  // `offset 0` has the cursor found by its id: else it may be looked for among everything of its owner.
  const fromCursor =
    after === undefined
      ? ''
      : `and (created_at, id) ${beyond(order)}
          (select created_at, id from (
            select * from ${tables.threads} where id = $${values.push(after)} offset 0
          ) as cursor where ${mine})`
  return statement(
    `select json_agg(${threadJson('thread')} order by thread.created_at ${order}, thread.id ${order})::text as page
    from (
      select * from ${tables.threads} where ${mine} ${fromCursor}
      order by created_at ${order}, id ${order} limit $${values.push(limit + 1)}
    ) as thread`,
    values,
  )
}
