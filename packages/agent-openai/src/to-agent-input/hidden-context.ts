import type { AgentInputItem } from '@openai/agents'
import type { HiddenContextItem, SdkHiddenContextItem } from '@robolearn/chatkit-server-core'
import { cutText } from '../cut-text.ts'
import { dataBlock } from '../data-block.ts'
import { toolRecordOf } from '../tools/tool-record.ts'

const MAX_LENGTH = 10_000

/**
 * A note for the model: as it is when it is a text, else as JSON. Nobody knows any more who wrote it. A tool that was
 * called on the server is the call and its output again.
 */
export function convertHiddenContext(item: HiddenContextItem | SdkHiddenContextItem): AgentInputItem[] {
  const { content } = item
  const record = toolRecordOf(content)
  if (record) {
    const { call_id: callId, name, arguments: args, output } = record
    return [
      { type: 'function_call', callId, name, status: 'completed', arguments: args },
      { type: 'function_call_result', callId, name, status: 'completed', output },
    ]
  }
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? null)
  return [dataBlock([{ name: 'note', text: cutText(text, MAX_LENGTH) }])]
}
