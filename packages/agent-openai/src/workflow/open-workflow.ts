import type {
  Task,
  ThreadStreamEvent,
  Workflow,
  WorkflowItem,
  WorkflowSummary,
} from '@robolearn/chatkit-server-core'
import type { Mint } from '../translate/message.ts'

/** A workflow that goes on. */
export interface OpenWorkflow {
  readonly item: WorkflowItem
  /** Whether a client has been told of it. */
  readonly isShown: boolean
  /** The keys of its tasks, each at the place of its task; tasks that came with the workflow have none. */
  readonly keys: readonly (string | undefined)[]
}

/** What happens to the workflow under way; there is at most one at a time. */
export type WorkflowChange =
  | { type: 'start'; workflow: Partial<Pick<Workflow, 'type' | 'tasks' | 'expanded' | 'summary'>> }
  | { type: 'add'; key: string; task: Task }
  | { type: 'update'; key: string; task: Task }
  | { type: 'end'; summary?: WorkflowSummary | undefined; expanded?: boolean | undefined }

export interface WorkflowStep {
  workflow: OpenWorkflow | undefined
  events: ThreadStreamEvent[]
}

/**
 * What a change makes of the workflow under way, and what a client is told. A workflow begins with its first task:
 * until then nobody is told of it. A change that means nothing (the end of none, an update of a task that is not
 * there any more) does nothing.
 */
export function changeWorkflow(
  open: OpenWorkflow | undefined,
  change: WorkflowChange,
  mint: Mint,
): WorkflowStep {
  switch (change.type) {
    case 'start': {
      const ended = endWorkflow(open, mint)
      const begun = show(beginWorkflow(change.workflow, mint))
      return { workflow: begun.workflow, events: [...ended, ...begun.events] }
    }
    case 'add':
      return addTask(open ?? beginWorkflow({}, mint), change.key, change.task)
    case 'update':
      return open ? updateTask(open, change.key, change.task) : { workflow: undefined, events: [] }
    case 'end':
      return { workflow: undefined, events: endWorkflow(open, mint, change) }
  }
}

function beginWorkflow(workflow: Partial<Workflow>, { generateId, now, threadId }: Mint): OpenWorkflow {
  const { type = 'custom', tasks = [], expanded = false, summary } = workflow
  return {
    item: {
      id: generateId('wf'),
      thread_id: threadId,
      created_at: now().toISOString(),
      type: 'workflow',
      workflow: { type, tasks, expanded, ...(summary && { summary }) },
    },
    isShown: false,
    keys: tasks.map(() => undefined),
  }
}

function show(open: OpenWorkflow): WorkflowStep {
  if (open.item.workflow.tasks.length === 0) return { workflow: open, events: [] }
  return { workflow: { ...open, isShown: true }, events: [{ type: 'thread.item.added', item: open.item }] }
}

function addTask(open: OpenWorkflow, key: string, task: Task): WorkflowStep {
  const tasks = [...open.item.workflow.tasks, task]
  const grown = { ...open, item: withTasks(open.item, tasks), keys: [...open.keys, key] }
  if (!open.isShown) return show(grown)
  return {
    workflow: grown,
    events: [updated(open, { type: 'workflow.task.added', task_index: tasks.length - 1, task })],
  }
}

function updateTask(open: OpenWorkflow, key: string, task: Task): WorkflowStep {
  const index = open.keys.indexOf(key)
  if (index < 0) return { workflow: open, events: [] }
  return {
    workflow: { ...open, item: withTasks(open.item, open.item.workflow.tasks.with(index, task)) },
    events: [updated(open, { type: 'workflow.task.updated', task_index: index, task })],
  }
}

function endWorkflow(
  open: OpenWorkflow | undefined,
  { now }: Mint,
  { summary, expanded }: { summary?: WorkflowSummary | undefined; expanded?: boolean | undefined } = {},
): ThreadStreamEvent[] {
  if (!open?.isShown) return []
  const { workflow } = open.item
  const seconds = Math.max(0, Math.floor((now().getTime() - Date.parse(open.item.created_at)) / 1000))
  const ended: Workflow = {
    ...workflow,
    summary: summary ?? workflow.summary ?? { duration: seconds },
    expanded: expanded ?? workflow.expanded,
  }
  return [{ type: 'thread.item.done', item: { ...open.item, workflow: ended } }]
}

const withTasks = (item: WorkflowItem, tasks: Task[]): WorkflowItem => ({
  ...item,
  workflow: { ...item.workflow, tasks },
})

const updated = (
  { item }: OpenWorkflow,
  update: Extract<ThreadStreamEvent, { type: 'thread.item.updated' }>['update'],
): ThreadStreamEvent => ({ type: 'thread.item.updated', item_id: item.id, update })
