import type {
  Task,
  ThreadStreamEvent,
  Workflow,
  WorkflowItem,
  WorkflowSummary,
} from '@robolearn/chatkit-server-core'
import type { Mint } from './message.ts'

/** The workflow that tasks are added to. */
export interface OpenWorkflow {
  readonly item: WorkflowItem
  /** Whether a client has seen it: one of the application's own appears with its first task. */
  readonly isShown: boolean
  /** The places of the tasks that have a key. */
  readonly keys?: ReadonlyMap<string, number>
}

export interface WorkflowStep {
  workflow: OpenWorkflow | undefined
  events: ThreadStreamEvent[]
}

export interface WorkflowEnd {
  /** Default: how many seconds it took. */
  summary?: WorkflowSummary | undefined
  expanded?: boolean | undefined
}

export function openWorkflow(workflow: Workflow, mint: Mint): WorkflowStep & { workflow: OpenWorkflow } {
  const item: WorkflowItem = {
    id: mint.generateId('wf'),
    thread_id: mint.threadId,
    created_at: mint.now().toISOString(),
    type: 'workflow',
    workflow,
  }
  const isShown = workflow.type === 'reasoning' || workflow.tasks.length > 0
  return { workflow: { item, isShown }, events: isShown ? [{ type: 'thread.item.added', item }] : [] }
}

export function addTask(open: OpenWorkflow, task: Task, key?: string): WorkflowStep {
  const { tasks } = open.item.workflow
  const item = withTasks(open.item, [...tasks, task])
  const event: ThreadStreamEvent = open.isShown
    ? {
        type: 'thread.item.updated',
        item_id: item.id,
        update: { type: 'workflow.task.added', task_index: tasks.length, task },
      }
    : { type: 'thread.item.added', item }
  const keys = key === undefined ? open.keys : new Map(open.keys).set(key, tasks.length)
  return { workflow: { item, isShown: true, ...(keys && { keys }) }, events: [event] }
}

/** Puts a task in another one's place; nothing where there is none at that place. */
export function updateTask(open: OpenWorkflow, index: number, task: Task): WorkflowStep {
  const { tasks } = open.item.workflow
  if (tasks[index] === undefined) return { workflow: open, events: [] }
  const item = withTasks(open.item, tasks.with(index, task))
  const update = { type: 'workflow.task.updated' as const, task_index: index, task }
  return {
    workflow: { ...open, item },
    events: open.isShown ? [{ type: 'thread.item.updated', item_id: item.id, update }] : [],
  }
}

/** Ends the workflow. One that was never seen is never seen. */
export function closeWorkflow(open: OpenWorkflow, mint: Mint, end: WorkflowEnd = {}): ThreadStreamEvent[] {
  if (!open.isShown) return []
  const { item } = open
  const summary = end.summary ?? { duration: secondsSince(item.created_at, mint) }
  const workflow = { ...item.workflow, summary, expanded: end.expanded ?? false }
  return [{ type: 'thread.item.done', item: { ...item, workflow } }]
}

const withTasks = (item: WorkflowItem, tasks: Task[]): WorkflowItem => ({
  ...item,
  workflow: { ...item.workflow, tasks },
})

const secondsSince = (time: string, { now }: Mint): number =>
  Math.max(0, Math.floor((now().getTime() - Date.parse(time)) / 1000))
