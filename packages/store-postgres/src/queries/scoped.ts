import type { Scope } from '@robolearn/chatkit-server-core'

/** The values behind `$1`, `$2` and `$3` of every statement that is about one thread or attachment. */
export const ownKey = (id: string, scope: Scope): [string, string, string | null] => [
  id,
  scope.owner,
  scope.tenant ?? null,
]

/** SQL: the row has this id and is of who is asking. Someone else's is no row. */
export const isOwn = (row: string): string =>
  `${row}.id = $1 and ${row}.owner_id = $2 and ${row}.tenant_id is not distinct from $3`
