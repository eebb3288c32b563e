import { threadForClient, toJson } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const updateThread: Route<'threads.update'> = async ({ params }, { store }) => {
  const thread = await store.saveThread(params.thread_id, { title: params.title })
  return { kind: 'json', json: toJson(threadForClient(thread)) }
}
