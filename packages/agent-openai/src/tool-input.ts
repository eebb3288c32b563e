import {
  type Task,
  threadItemSchema,
  type ThreadStreamEvent,
  threadStreamEventSchema,
  type Workflow,
} from '@robolearn/chatkit-server-core'
import type { z } from 'zod'

type ItemInput = z.input<typeof threadItemSchema>

/** A task; what is left out has the protocol's default. */
export type TaskInput = Extract<ItemInput, { type: 'task' }>['task']

/** A workflow; what is left out has the protocol's default. */
export type WorkflowInput = Partial<Extract<ItemInput, { type: 'workflow' }>['workflow']>

/** An event of the protocol; what is left out has its default. */
export type EventInput = z.input<typeof threadStreamEventSchema>

// Throws where it is none, in the tool that made it, instead of somewhere in the stream.
export const toEvent = (event: EventInput): ThreadStreamEvent => threadStreamEventSchema.parse(event)

export function toTask(task: TaskInput): Task {
  const item = threadItemSchema.parse({ ...NO_ITEM, type: 'task', task })
  return (item as Extract<typeof item, { type: 'task' }>).task
}

export function toWorkflow(workflow: WorkflowInput): Workflow {
  const given = { type: 'custom', tasks: [], ...workflow }
  const item = threadItemSchema.parse({ ...NO_ITEM, type: 'workflow', workflow: given })
  return (item as Extract<typeof item, { type: 'workflow' }>).workflow
}

const NO_ITEM = { id: '', thread_id: '', created_at: '' }
