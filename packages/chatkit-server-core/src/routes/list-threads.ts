import { threadsForClient, toJson } from '../protocol/serialize.ts'
import type { Route } from './route.ts'

export const listThreads: Route<'threads.list'> = async ({ params }, { store }) => {
  const { limit, order, after } = params
  const page = await store.listThreads({ limit, order, after: after ?? undefined })
  return { kind: 'json', json: toJson(threadsForClient(page)) }
}
