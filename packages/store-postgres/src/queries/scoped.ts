import type { Scope } from '@robolearn/chatkit-server-core'

/** The values behind `$1`, `$2` and `$3` of every statement that is about one thing of an owner. */
export const ownKey = (id: string, scope: Scope): [string, string, string | null] => [
  id,
  scope.owner,
  scope.tenant ?? null,
]

/** SQL: the row is of who is asking, behind `$2` and `$3`. */
export const isOwners = (row: string): string =>
  `${row}.owner_id = $2 and ${row}.tenant_id is not distinct from $3`

/** SQL: the row has this id and is of who is asking. Someone else's is no row. */
export const isOwn = (row: string): string => `${row}.id = $1 and ${isOwners(row)}`

/** SQL: the same for a write, which in the name of a run is made only while that is running (see `fenced`). */
export const mayWrite = (row: string, scope: Scope): string => `${isOwn(row)} and ${holds(scope)}`

export const holds = ({ run }: Scope): string => (run ? 'exists (select from fence)' : 'true')
