import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem, UserMessageItem } from '../protocol/items.ts'
import type { TurnPlan } from '../runs/run-manager.ts'
import type { RunReader } from '../runs/run-reader.ts'
import type { RouteContext } from './route.ts'

/** Opens a turn that `respond()` answers. */
export function startRespond<TContext>(
  plan: Pick<TurnPlan<TContext>, 'opening' | 'firstEvents' | 'metadata'>,
  /** The message to answer, given the item that the step is about. */
  userMessage: (item: ThreadItem | undefined) => UserMessageItem | undefined,
  context: RouteContext<TContext>,
  /** What is told before the answer. */
  before: ThreadStreamEvent[] = [],
): Promise<RunReader> {
  const { runs, hooks, scope, stopOnLeave, locales } = context
  return runs.start(
    {
      ...plan,
      locales,
      stopOnLeave,
      before: async (thread) => [await streamOptions(thread, context), ...before],
      respond: (turn, item) => hooks.respond({ ...turn, userMessage: userMessage(item) }),
    },
    scope,
  )
}

/** The event that tells what the client may do while the answer streams. */
export async function streamOptions<TContext>(
  thread: Parameters<TurnPlan<TContext>['before']>[0],
  { hooks, scope }: Pick<RouteContext<TContext>, 'hooks' | 'scope'>,
): Promise<ThreadStreamEvent> {
  const options = await hooks.streamOptions({ thread, context: scope.context })
  return { type: 'stream_options', stream_options: options }
}
