import type { AgentInputItem } from '@openai/agents'
import type { WidgetItem } from '@robolearn/chatkit-server-core'
import { cutText } from '../cut-text.ts'
import { dataBlock } from '../data-block.ts'

const MAX_LENGTH = 4000

/** What the user was shown, as JSON with the id of its item. */
export function convertWidget(item: WidgetItem): AgentInputItem[] {
  const json = cutText(JSON.stringify(item.widget), MAX_LENGTH)
  return [dataBlock([{ name: 'widget', text: `Shown to the user as ${item.id}:\n${json}` }])]
}
