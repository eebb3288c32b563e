import type { Scope } from '@robolearn/chatkit-server-core'

/** The values behind `$1`, `$2` and `$3` of every statement that is about one thread. */
export const threadKey = (threadId: string, scope: Scope): [string, string, string | null] => [
  threadId,
  scope.owner,
  scope.tenant ?? null,
]

/** SQL: the row is this thread, and of who is asking. Someone else's thread is no row. */
export const isThread = (row: string): string =>
  `${row}.id = $1 and ${row}.owner_id = $2 and ${row}.tenant_id is not distinct from $3`
