import type { Route } from './route.ts'
import { startRespond } from './start-respond.ts'

export const addClientToolOutput: Route<'threads.add_client_tool_output'> = async (
  { params, metadata },
  context,
) => {
  const opening = {
    thread: params.thread_id,
    step: { kind: 'tool_output' as const, output: params.result },
    items: [],
    attachmentIds: [],
    key: context.key,
  }
  const reader = await startRespond({ opening, firstEvents: [], metadata }, () => undefined, context)
  return { kind: 'stream', reader }
}
