import { clientToolView } from './client-tool-view.ts'
import { generatedImageView } from './generated-image.ts'
import type { ItemTools, MessageView } from './item-view.ts'
import { answerView, userMessageView } from './render-message.ts'
import { structuredInputView } from './structured-input.ts'
import { taskView } from './tasks.ts'
import type { ThreadItem, ThreadItemOf } from './thread-items.ts'
import { widgetView } from './widgets/widget-view.ts'
import { workflowView } from './workflow.ts'

type ItemViews = {
  [T in ThreadItem['type']]: ((tools: ItemTools) => MessageView<ThreadItemOf<T>>) | undefined
}

/** How each kind of item is shown; `undefined` is one that is never shown. */
const itemViews = {
  user_message: userMessageView,
  assistant_message: answerView,
  client_tool_call: clientToolView,
  widget: widgetView,
  generated_image: generatedImageView,
  structured_input: structuredInputView,
  workflow: workflowView,
  task: taskView,
  // It says that the turn is over, which is seen anyway.
  end_of_turn: undefined,
  // For the model only; no server sends them.
  hidden_context_item: undefined,
  sdk_hidden_context: undefined,
} satisfies ItemViews

export const isShown = (item: ThreadItem): boolean => itemViews[item.type] !== undefined

/** A view of the item, or `undefined` for one that is not shown. It is to be updated with items of the same type. */
export function viewOf(item: ThreadItem, tools: ItemTools): MessageView<ThreadItem> | undefined {
  const make: ItemViews[ThreadItem['type']] = itemViews[item.type]
  // An item never changes its type, which the compiler cannot know.
  return make?.(tools) as MessageView<ThreadItem> | undefined
}
