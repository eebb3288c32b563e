import type { Task, ThreadStreamEvent, Workflow } from '@robolearn/chatkit-server-core'
import type { WorkflowEnd } from './workflow.ts'

/** What a tool does to the answer while it is being written. */
export type ToolEvent =
  | { readonly type: 'thread_event'; readonly event: ThreadStreamEvent }
  | { readonly type: 'workflow_start'; readonly workflow: Workflow }
  /** By the key the task is found again, whatever else has come into the workflow. */
  | { readonly type: 'task_add'; readonly key?: string; readonly task: Task }
  | { readonly type: 'task_update'; readonly place: string | number; readonly task: Task }
  | { readonly type: 'workflow_end'; readonly end: WorkflowEnd }
