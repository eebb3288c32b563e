import type { AgentInputItem } from '@openai/agents'
import type { Task, TaskItem } from '@robolearn/chatkit-server-core'
import { cutText } from '../cut-text.ts'
import { dataBlock, type DataSection } from '../data-block.ts'

const MAX_LENGTH = 4000

export function convertTask({ task }: TaskItem): AgentInputItem[] {
  const sections = taskSections(task)
  return sections.length > 0 ? [dataBlock(sections)] : []
}

/** What a task of the application's own says. Searches, thoughts, files and images are the model's own affair. */
export function taskSections(task: Task): DataSection[] {
  if (task.type !== 'custom') return []
  const text = [task.title, task.content].filter(Boolean).join(': ')
  return text ? [{ name: 'task', text: cutText(text, MAX_LENGTH) }] : []
}
