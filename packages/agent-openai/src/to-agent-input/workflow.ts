import type { AgentInputItem } from '@openai/agents'
import type { WorkflowItem } from '@robolearn/chatkit-server-core'
import { dataBlock } from '../data-block.ts'
import { taskSections } from './task.ts'

export function convertWorkflow({ workflow }: WorkflowItem): AgentInputItem[] {
  const sections = workflow.tasks.flatMap(taskSections)
  return sections.length > 0 ? [dataBlock(sections)] : []
}
