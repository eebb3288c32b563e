import type { TurnBase } from '@robolearn/chatkit-server-core'
import type { OpenWorkflow } from './open-workflow.ts'

/** How far back the workflow may be: behind it stand only calls of the client and hidden items. */
const MAX_ITEMS = 10

/** The workflow that was open when the answer had to wait for the client; undefined where there is none. */
export async function resumeWorkflow(turn: TurnBase<unknown>): Promise<OpenWorkflow | undefined> {
  if ('userMessage' in turn && turn.userMessage !== undefined) return undefined
  const { data } = await turn.store.listItems(turn.thread.id, {
    limit: MAX_ITEMS,
    order: 'desc',
    include: 'visible',
  })
  const item = data.find(({ type }) => type !== 'client_tool_call')
  if (data[0]?.type !== 'client_tool_call' || item?.type !== 'workflow' || item.workflow.summary)
    return undefined
  return { item, isShown: true, keys: item.workflow.tasks.map(() => undefined) }
}
