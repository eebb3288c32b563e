import { toJson } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const stop: Route<'threads.stop'> = async ({ params }, { runs, scope, store }) => {
  const { thread_id: threadId, idempotency_key: key } = params
  const stopped =
    (threadId != null && (await runs.stop({ threadId }, scope))) ||
    (key != null && (await runs.stop({ key }, scope)))
  // Last, as a stop waits for nothing. A thread that is not there is a 404; a key that is not known may be of a request
  // that has not arrived yet.
  if (!stopped && threadId != null) await store.loadThread(threadId)
  return { kind: 'json', json: toJson({ stopped }) }
}
