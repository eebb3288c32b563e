import type { ChatKitRequest, RequestType } from '../protocol/requests.ts'
import { addUserMessage } from './add-user-message.ts'
import { createThread } from './create-thread.ts'
import { deleteThread } from './delete-thread.ts'
import { getThread } from './get-thread.ts'
import { listItems } from './list-items.ts'
import { listThreads } from './list-threads.ts'
import type { Reply, Route, RouteContext } from './route.ts'
import { updateThread } from './update-thread.ts'

/** The map of the building: every operation and the file that answers it. */
const routes: { [T in RequestType]: Route<T> } = {
  'threads.create': createThread,
  'threads.add_user_message': addUserMessage,
  'threads.get_by_id': getThread,
  'threads.list': listThreads,
  'threads.update': updateThread,
  'threads.delete': deleteThread,
  'items.list': listItems,
}

export function routeRequest(request: ChatKitRequest, context: RouteContext): Promise<Reply> {
  // The table pairs each type with its own route; TypeScript cannot follow that through an index.
  const route = routes[request.type] as (request: ChatKitRequest, context: RouteContext) => Promise<Reply>
  return route(request, context)
}
