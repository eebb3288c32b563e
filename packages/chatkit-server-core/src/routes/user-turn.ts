import { ChatKitError, undefinedIfNotFound } from '../errors.ts'
import type { UserMessageItem } from '../protocol/items.ts'
import type { UserMessageInput } from '../protocol/requests.ts'
import { eventForClient, threadForClient, toJson } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { RunReader } from '../runs/run-reader.ts'
import { signItem } from './present.ts'
import type { InferenceAllowList, RouteContext } from './route.ts'
import { startRespond } from './start-respond.ts'

interface UserTurn {
  input: UserMessageInput
  metadata: Record<string, unknown>
}

/** Opens a turn with a message of the user, in a new thread or one that is there. */
export async function startUserTurn<TContext>(
  { input, metadata }: UserTurn,
  thread: { newThread: Thread } | { thread: string },
  context: RouteContext<TContext>,
): Promise<RunReader> {
  checkInference(input, context.inferenceOptions)
  const threadId = 'newThread' in thread ? thread.newThread.id : thread.thread
  // One that is not there is refused with the turn, unless the turn was opened before, by the same key.
  const load = (id: string) => context.store.loadAttachment(id).catch(undefinedIfNotFound)
  const attachments = (await Promise.all(input.attachments.map(load))).filter((found) => found !== undefined)
  const message: UserMessageItem = {
    id: context.generateId('msg'),
    thread_id: threadId,
    created_at: context.now().toISOString(),
    type: 'user_message',
    content: input.content,
    attachments: attachments.map((attachment) => ({ ...attachment, thread_id: threadId })),
    ...(input.quoted_text == null ? {} : { quoted_text: input.quoted_text }),
    inference_options: input.inference_options,
  }
  const told = toJson(eventForClient({ type: 'thread.item.done', item: await signItem(message, context) }))
  const created =
    'newThread' in thread
      ? [toJson({ type: 'thread.created', thread: threadForClient(thread.newThread) })]
      : []
  return startRespond(
    {
      opening: {
        ...thread,
        step: { kind: 'message' },
        items: [message],
        attachmentIds: input.attachments,
        key: context.key,
      },
      firstEvents: [...created, told],
      metadata,
    },
    () => message,
    context,
  )
}

function checkInference({ inference_options: wanted }: UserMessageInput, allowed: InferenceAllowList): void {
  const issues = [
    ...refused('params.input.inference_options.model', wanted.model, allowed.models),
    ...refused('params.input.inference_options.tool_choice.id', wanted.tool_choice?.id, allowed.toolChoices),
  ]
  if (issues.length === 0) return
  throw new ChatKitError(
    'request_invalid',
    { key: 'choice_not_offered' },
    {
      issues,
    },
  )
}

function refused(path: string, wanted: string | undefined, allowed: readonly string[] | undefined) {
  if (wanted === undefined || !allowed || allowed.includes(wanted)) return []
  return [{ path, message: `must be one of: ${allowed.join(', ')}` }]
}
