import { ChatKitError } from '../errors.ts'
import type { Action } from '../turn.ts'
import type { Route } from './route.ts'
import { streamOptions } from './start-respond.ts'

export const customAction: Route<'threads.custom_action'> = async ({ params, metadata }, context) => {
  const { hooks, runs, scope, key, stopOnLeave, actions, locales } = context
  if (!hooks.implements('action')) {
    throw new ChatKitError('hook_not_implemented', { key: 'no_actions' })
  }
  const action = toAction(params.action)
  actions?.parse(action)
  const reader = await runs.start(
    {
      opening: {
        thread: params.thread_id,
        step: { kind: 'action', itemId: params.item_id ?? undefined },
        items: [],
        attachmentIds: [],
        key,
      },
      firstEvents: [],
      metadata,
      locales,
      stopOnLeave,
      before: async (thread) => [await streamOptions(thread, context)],
      respond: (turn, item) =>
        hooks.action({
          ...turn,
          action,
          sender: item?.type === 'widget' ? item : undefined,
        }),
    },
    scope,
  )
  return { kind: 'stream', reader }
}

/** A payload of null is no payload. */
export const toAction = ({ type, payload }: { type: string; payload?: unknown }): Action =>
  payload == null ? { type } : { type, payload }
