import type { Thread } from '../protocol/threads.ts'
import type { Route } from './route.ts'
import { startUserTurn } from './user-turn.ts'

export const createThread: Route<'threads.create'> = async ({ params, metadata }, context) => {
  const newThread: Thread = {
    id: context.generateId('thr'),
    created_at: context.now().toISOString(),
    status: { type: 'active' },
    metadata: {},
  }
  return { kind: 'stream', reader: await startUserTurn({ ...params, metadata }, { newThread }, context) }
}
