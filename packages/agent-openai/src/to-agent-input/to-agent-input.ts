import type { AgentInputItem } from '@openai/agents'
import type { ThreadItem } from '@robolearn/chatkit-server-core'
import { convertAssistantMessage } from './assistant-message.ts'
import { convertClientToolCall } from './client-tool-call.ts'
import type { Conversion, ItemConverters } from './conversion.ts'
import { convertGeneratedImage } from './generated-image.ts'
import { convertHiddenContext } from './hidden-context.ts'
import type { LoadedAttachment } from './load-attachments.ts'
import { convertStructuredInput } from './structured-input.ts'
import { convertTask } from './task.ts'
import { convertUserMessage } from './user-message.ts'
import { convertWidget } from './widget.ts'
import { convertWorkflow } from './workflow.ts'

const defaultConverters: ItemConverters = {
  user_message: convertUserMessage,
  assistant_message: convertAssistantMessage,
  client_tool_call: convertClientToolCall,
  widget: convertWidget,
  generated_image: convertGeneratedImage,
  structured_input: convertStructuredInput,
  workflow: convertWorkflow,
  task: convertTask,
  hidden_context_item: convertHiddenContext,
  sdk_hidden_context: convertHiddenContext,
  end_of_turn: () => [],
}

export interface AgentInputOptions {
  /** Converters that take the place of the ones below, by the item's type. */
  converters?: Partial<ItemConverters>
  /** What `loadAttachments` found. Without it files are only named. */
  attachments?: ReadonlyMap<string, LoadedAttachment>
}

/**
 * Thread items, oldest first, as input of the Agents SDK.
 *
 * Everything that is not a user's own words, the assistant's answer or a tool's result (tags, quoted text, files,
 * hidden context, widgets, tasks, forms) becomes a data block of role `user`, directly before the message that it
 * belongs to. Quoted text is kept only for the last message. An item that says nothing to a model (the end of a
 * turn, a pending call, an unfinished image, the model's own thoughts) becomes nothing. Nothing carries an id of the
 * model, so that no reasoning is missed that belongs to it. Never throws.
 */
export function toAgentInput(
  items: readonly ThreadItem[],
  { converters, attachments = new Map() }: AgentInputOptions = {},
): AgentInputItem[] {
  const table = { ...defaultConverters, ...converters }
  const current = items.findLast((item) => item.type === 'user_message')
  return items.flatMap((item) => {
    const convert = table[item.type] as (item: ThreadItem, conversion: Conversion) => AgentInputItem[]
    return convert(item, { isCurrent: item === current, attachments })
  })
}
