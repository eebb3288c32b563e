import type { AgentInputItem } from '@openai/agents'
import type { AssistantMessageItem } from '@robolearn/chatkit-server-core'

/** What the assistant said. Its citations are left out: their sources are not before the model any more. */
export function convertAssistantMessage(item: AssistantMessageItem): AgentInputItem[] {
  const content = item.content
    .filter((part) => part.text !== '')
    .map((part) => ({ type: 'output_text' as const, text: part.text }))
  return content.length > 0 ? [{ role: 'assistant', status: 'completed', content }] : []
}
