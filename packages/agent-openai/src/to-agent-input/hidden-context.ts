import type { AgentInputItem } from '@openai/agents'
import type { HiddenContextItem, SdkHiddenContextItem } from '@robolearn/chatkit-server-core'
import { cutText } from '../cut-text.ts'
import { dataBlock } from '../data-block.ts'
import { toolCallIn } from '../kept-tool-call.ts'
import { convertToolCall } from './tool-call.ts'

const MAX_LENGTH = 10_000

/** A call of a tool that was kept, with its output; or a note for the model: as it is when it is a text, else as JSON. Nobody knows any more who wrote it. */
export function convertHiddenContext(item: HiddenContextItem | SdkHiddenContextItem): AgentInputItem[] {
  const { content } = item
  const call = item.type === 'hidden_context_item' ? toolCallIn(content) : undefined
  if (call) return convertToolCall(call)
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? null)
  return [dataBlock([{ name: 'note', text: cutText(text, MAX_LENGTH) }])]
}
