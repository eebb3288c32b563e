import { toJson } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const stop: Route<'threads.stop'> = async ({ params }, { runs, scope, store }) => {
  const { thread_id: threadId, idempotency_key: key } = params
  // A thread that is not there is a 404; a key that is not known may be of a request that has not arrived yet.
  if (threadId != null) await store.loadThread(threadId)
  const stopped =
    (threadId != null && (await runs.stop({ threadId }, scope))) ||
    (key != null && (await runs.stop({ key }, scope)))
  return { kind: 'json', json: toJson({ stopped }) }
}
