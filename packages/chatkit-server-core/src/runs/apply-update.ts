import type { ItemUpdate } from '../protocol/item-updates.ts'
import type {
  AssistantContent,
  AssistantMessageItem,
  GeneratedImageItem,
  ThreadItem,
  WidgetItem,
  WorkflowItem,
} from '../protocol/items.ts'
import type { WidgetComponent } from '../protocol/widgets.ts'

/**
 * The item as it is after the update. Pure: used by the server to keep what is pending, and by clients to show
 * it. An update that does not fit the item's kind, or names a part that is not there, leaves it as it was.
 */
export function applyUpdate(item: ThreadItem, update: ItemUpdate): ThreadItem {
  switch (item.type) {
    case 'assistant_message':
      return updateMessage(item, update)
    case 'widget':
      return updateWidget(item, update)
    case 'workflow':
      return updateWorkflow(item, update)
    case 'generated_image':
      return updateImage(item, update)
    case 'user_message':
    case 'client_tool_call':
    case 'structured_input':
    case 'task':
    case 'end_of_turn':
    case 'hidden_context_item':
    case 'sdk_hidden_context':
      return item
  }
}

const EMPTY_PART: AssistantContent = { type: 'output_text', text: '', annotations: [] }

function updateMessage(item: AssistantMessageItem, update: ItemUpdate): AssistantMessageItem {
  switch (update.type) {
    case 'assistant_message.content_part.added':
    case 'assistant_message.content_part.done':
      return { ...item, content: placed(item.content, update.content_index, update.content) }
    case 'assistant_message.content_part.text_delta': {
      // A delta may come before its part was announced: the recordings do that.
      const part = item.content[update.content_index] ?? EMPTY_PART
      const grown = { ...part, text: part.text + update.delta }
      return { ...item, content: placed(item.content, update.content_index, grown) }
    }
    case 'assistant_message.content_part.annotation_added': {
      const part = item.content[update.content_index] ?? EMPTY_PART
      const annotations = placed(part.annotations, update.annotation_index, update.annotation)
      return { ...item, content: placed(item.content, update.content_index, { ...part, annotations }) }
    }
    default:
      return item
  }
}

function updateWidget(item: WidgetItem, update: ItemUpdate): WidgetItem {
  switch (update.type) {
    case 'widget.root.updated':
      return { ...item, widget: update.widget }
    case 'widget.component.updated': {
      const { component_id: id, component } = update
      return { ...item, widget: withComponent(item.widget, id, () => component) as WidgetItem['widget'] }
    }
    case 'widget.streaming_text.value_delta': {
      const { component_id: id, delta, done } = update
      const grow = (component: WidgetComponent): WidgetComponent => ({
        ...component,
        value: (typeof component.value === 'string' ? component.value : '') + delta,
        streaming: !done,
      })
      return { ...item, widget: withComponent(item.widget, id, grow) as WidgetItem['widget'] }
    }
    default:
      return item
  }
}

function updateWorkflow(item: WorkflowItem, update: ItemUpdate): WorkflowItem {
  switch (update.type) {
    case 'workflow.task.added':
    case 'workflow.task.updated': {
      const tasks = placed(item.workflow.tasks, update.task_index, update.task)
      return { ...item, workflow: { ...item.workflow, tasks } }
    }
    default:
      return item
  }
}

function updateImage(item: GeneratedImageItem, update: ItemUpdate): GeneratedImageItem {
  return update.type === 'generated_image.updated' ? { ...item, image: update.image } : item
}

/** A copy with `value` at `index`, or at the end where the list is shorter: never a hole. */
const placed = <T>(list: T[], index: number, value: T): T[] =>
  index < list.length ? list.with(index, value) : [...list, value]

function withComponent(
  component: WidgetComponent,
  id: string,
  change: (component: WidgetComponent) => WidgetComponent,
): WidgetComponent {
  if (component.id === id) return change(component)
  if (!Array.isArray(component.children)) return component
  const children = component.children.map((child: unknown) =>
    isComponent(child) ? withComponent(child, id, change) : child,
  )
  return { ...component, children }
}

// A widget is the application's own: whatever else stands among its children is left as it is.
const isComponent = (child: unknown): child is WidgetComponent =>
  typeof child === 'object' && child !== null && !Array.isArray(child)
