import type { Task } from '@robolearn/chatkit-server-core'
import type { Place } from './model-event.ts'
import {
  andThen,
  nothing,
  type OpenThought,
  type Translation,
  type Translator,
  type TranslateState,
} from './state.ts'
import { wholeText } from './whole-text.ts'
import { addTask, closeWorkflow, openWorkflow, updateTask, type WorkflowEnd } from './workflow.ts'

/** Reasoning goes on in the workflow that is open, a tool's own included. */
export function beginReasoning(state: TranslateState, translator: Translator): Translation {
  if (state.workflow) return nothing(state)
  const { workflow, events } = openWorkflow({ type: 'reasoning', tasks: [], expanded: false }, translator)
  return { state: { ...state, workflow }, events }
}

/** The first thought of a workflow of reasoning is shown as it grows. */
export function growThought(state: TranslateState, at: Place, delta: string): Translation {
  const { thought, workflow } = state
  if (!workflow || delta === '') return nothing(state)
  if (!thought || !isAt(thought, at)) {
    return andThen(endThought(state), (settled) => beginThought(settled, at, delta))
  }
  const grown = { ...thought, text: thought.text + delta }
  if (thought.taskIndex === undefined) return nothing({ ...state, thought: grown })
  const step = updateTask(workflow, thought.taskIndex, thoughtOf(grown.text))
  return { state: { ...state, thought: grown, workflow: step.workflow }, events: step.events }
}

function beginThought(state: TranslateState, at: Place, delta: string): Translation {
  const { workflow } = state
  if (!workflow) return nothing(state)
  const { type, tasks } = workflow.item.workflow
  if (type !== 'reasoning' || tasks.length > 0) {
    return nothing({ ...state, thought: { at, text: delta, taskIndex: undefined } })
  }
  const step = addTask(workflow, thoughtOf(delta))
  const thought = { at, text: delta, taskIndex: tasks.length }
  return { state: { ...state, thought, workflow: step.workflow }, events: step.events }
}

/** A thought is whole: as the model says it once more, or else as it was streamed. */
export function endThought(state: TranslateState, at?: Place, text?: string): Translation {
  const { thought, workflow } = state
  const isOpen = thought !== undefined && (at === undefined || isAt(thought, at))
  const whole = text ?? (isOpen ? thought.text : '')
  const settled = isOpen ? { ...state, thought: undefined } : state
  if (!workflow || whole === '') return nothing(settled)
  const step =
    isOpen && thought.taskIndex !== undefined
      ? updateTask(workflow, thought.taskIndex, thoughtOf(whole))
      : addTask(workflow, thoughtOf(whole))
  return { state: { ...settled, workflow: step.workflow }, events: step.events }
}

/** Ends the workflow that is open, if one is, with its thoughts whole. */
export function endWorkflow(state: TranslateState, translator: Translator, end?: WorkflowEnd): Translation {
  if (!state.workflow) return nothing(state)
  return andThen(endThought(state), (settled) => ({
    state: { ...settled, workflow: undefined },
    events: settled.workflow ? closeWorkflow(settled.workflow, translator, end) : [],
  }))
}

const isAt = ({ at }: OpenThought, { output, part }: Place): boolean =>
  at.output === output && at.part === part

// Half a character or a NUL in it would be refused by a database.
const thoughtOf = (content: string): Task => ({
  type: 'thought',
  status_indicator: 'none',
  content: wholeText(content),
})
