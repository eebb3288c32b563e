import type { Task, ThreadStreamEvent, Workflow } from '@robolearn/chatkit-server-core'
import type { WorkflowEnd } from './workflow.ts'

/** What a tool does to the answer while it is being written. */
export type ToolEvent =
  | { readonly type: 'thread_event'; readonly event: ThreadStreamEvent }
  | { readonly type: 'workflow_start'; readonly workflow: Workflow }
  | { readonly type: 'task_add'; readonly task: Task }
  | { readonly type: 'task_update'; readonly index: number; readonly task: Task }
  | { readonly type: 'workflow_end'; readonly end: WorkflowEnd }
