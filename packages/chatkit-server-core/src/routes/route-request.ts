import type { ChatKitRequest, RequestType } from '../protocol/requests.ts'
import { addClientToolOutput } from './add-client-tool-output.ts'
import { addFeedback } from './add-feedback.ts'
import { addStructuredInput } from './add-structured-input.ts'
import { addUserMessage } from './add-user-message.ts'
import { createAttachment } from './create-attachment.ts'
import { createThread } from './create-thread.ts'
import { customAction } from './custom-action.ts'
import { deleteAttachment } from './delete-attachment.ts'
import { deleteThread } from './delete-thread.ts'
import { getThread } from './get-thread.ts'
import { listItems } from './list-items.ts'
import { listThreads } from './list-threads.ts'
import { resume } from './resume.ts'
import { retryAfterItem } from './retry-after-item.ts'
import type { Reply, Route, RouteContext } from './route.ts'
import { stop } from './stop.ts'
import { syncCustomAction } from './sync-custom-action.ts'
import { transcribe } from './transcribe.ts'
import { updateThread } from './update-thread.ts'

/** The map of the building: every operation and the file that answers it. */
const routes: { [T in RequestType]: Route<T> } = {
  'threads.create': createThread,
  'threads.add_user_message': addUserMessage,
  'threads.add_client_tool_output': addClientToolOutput,
  'threads.add_structured_input': addStructuredInput,
  'threads.retry_after_item': retryAfterItem,
  'threads.custom_action': customAction,
  'threads.sync_custom_action': syncCustomAction,
  'threads.stop': stop,
  'threads.resume': resume,
  'threads.get_by_id': getThread,
  'threads.list': listThreads,
  'threads.update': updateThread,
  'threads.delete': deleteThread,
  'items.list': listItems,
  'items.feedback': addFeedback,
  'attachments.create': createAttachment,
  'attachments.delete': deleteAttachment,
  'input.transcribe': transcribe,
}

export function routeRequest<TContext>(
  request: ChatKitRequest,
  context: RouteContext<TContext>,
): Promise<Reply> {
  // The table pairs each type with its own route; TypeScript cannot follow that through an index.
  const route = routes[request.type] as (
    request: ChatKitRequest,
    context: RouteContext<TContext>,
  ) => Promise<Reply>
  return route(request, context)
}
