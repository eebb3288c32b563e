import { isHidden, type Turn, type WorkflowItem } from '@robolearn/chatkit-server-core'

/** How far back an open workflow is looked for: behind it there are only calls of the client, and hidden notes. */
const MAX_ITEMS = 20

/** The workflow that the turn before left open while the client did its part; this turn's reasoning goes on in it. */
export async function resumeWorkflow({
  thread,
  userMessage,
  store,
}: Pick<Turn<unknown>, 'thread' | 'store'> & Partial<Pick<Turn<unknown>, 'userMessage'>>): Promise<
  WorkflowItem | undefined
> {
  if (userMessage) return undefined
  const { data } = await store.listItems(thread.id, { limit: MAX_ITEMS, order: 'desc', include: 'all' })
  const last = data.find((item) => item.type !== 'client_tool_call' && !isHidden(item))
  const hasCall = data[0] !== last
  return hasCall && last?.type === 'workflow' && !last.workflow.summary ? last : undefined
}
