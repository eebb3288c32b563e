import { isHidden, type ThreadStreamEvent, type Workflow } from '@robolearn/chatkit-server-core'
import { endWorkflow } from './reasoning.ts'
import { andThen, nothing, type Translation, type Translator, type TranslateState } from './state.ts'
import type { ToolEvent } from './tool-event.ts'
import { addTask, openWorkflow, updateTask, type WorkflowStep } from './workflow.ts'

/** What a tool does, between the model's events, in the order in which it happened. */
export function translateToolEvent(
  state: TranslateState,
  event: ToolEvent,
  translator: Translator,
): Translation {
  switch (event.type) {
    case 'thread_event':
      return passOn(state, event.event, translator)
    case 'workflow_start':
      return andThen(endWorkflow(state, translator), (settled) =>
        withWorkflow(settled, openWorkflow(event.workflow, translator)),
      )
    case 'task_add': {
      const workflow = state.workflow ?? openWorkflow(EMPTY, translator).workflow
      return withWorkflow(state, addTask(workflow, event.task, event.key))
    }
    case 'task_update': {
      const { workflow } = state
      const index = typeof event.place === 'number' ? event.place : workflow?.keys?.get(event.place)
      return workflow && index !== undefined
        ? withWorkflow(state, updateTask(workflow, index, event.task))
        : nothing(state)
    }
    case 'workflow_end':
      return endWorkflow(state, translator, event.end)
  }
}

const EMPTY: Workflow = { type: 'custom', tasks: [], expanded: false }

const withWorkflow = (state: TranslateState, { workflow, events }: WorkflowStep): Translation => ({
  state: { ...state, workflow },
  events,
})

/** An event of the application's own. An item that is seen behind an open workflow ends that. */
function passOn(state: TranslateState, event: ThreadStreamEvent, translator: Translator): Translation {
  if (event.type !== 'thread.item.added' && event.type !== 'thread.item.done')
    return { state, events: [event] }
  const { item } = event
  const { workflow } = state
  if (item.type === 'client_tool_call') {
    return { state: { ...state, clientCalls: [...state.clientCalls, item.call_id] }, events: [event] }
  }

  if (isHidden(item)) return { state, events: [event] }
  if (workflow && item.id === workflow.item.id) {
    return { state: { ...state, workflow: undefined }, events: [event] }
  }
  return andThen(endWorkflow(state, translator), (settled) => ({
    state:
      event.type === 'thread.item.added' && item.type === 'workflow'
        ? { ...settled, workflow: { item, isShown: true } }
        : settled,
    events: [event],
  }))
}
