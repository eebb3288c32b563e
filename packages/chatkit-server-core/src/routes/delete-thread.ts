import type { Route } from './route.ts'

export const deleteThread: Route<'threads.delete'> = async ({ params }, { store }) => {
  // Loaded first: deleting what is not there is silent in a store, and a 404 on the wire.
  await store.loadThread(params.thread_id)
  await store.deleteThread(params.thread_id)
  return { kind: 'json', value: {} }
}
