import type { Route } from './route.ts'
import { startUserTurn } from './user-turn.ts'

export const addUserMessage: Route<'threads.add_user_message'> = async ({ params, metadata }, context) => {
  const thread = { thread: params.thread_id }
  return { kind: 'stream', reader: await startUserTurn({ ...params, metadata }, thread, context) }
}
