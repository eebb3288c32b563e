import { element } from './element.ts'
import type { MessageView } from './item-view.ts'
import { morph } from './morph.ts'
import { taskElement, taskTitle } from './task-element.ts'
import type { WorkflowItem } from './thread-items.ts'

const SECONDS_IN_MINUTE = 60

function durationText(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds))
  if (whole < SECONDS_IN_MINUTE) return whole === 1 ? '1 second' : `${whole} seconds`
  const minutes = Math.round(whole / SECONDS_IN_MINUTE)
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

/** What is going on, or what it was: in its own words, as its only step, or by how long it took. */
function summaryText({ workflow }: WorkflowItem, pending: boolean): string {
  const { type, summary, tasks } = workflow
  const current = tasks.findLast(({ status_indicator: status }) => status === 'loading') ?? tasks.at(-1)
  if (pending) return current ? taskTitle(current) : type === 'reasoning' ? 'Thinking' : 'Working on it'
  if (summary && 'title' in summary) return summary.title
  const [only] = tasks
  if (only && tasks.length === 1 && type === 'custom') return taskTitle(only)
  const verb = type === 'reasoning' ? 'Thought' : 'Worked'
  if (summary) return `${verb} for ${durationText(summary.duration)}`
  return `${verb} in ${tasks.length} ${tasks.length === 1 ? 'step' : 'steps'}`
}

/**
 * The steps of an answer, folded below what they come to. While they are taken it says which one is under way. The
 * server says whether it is open, and then the reader.
 */
export function workflowView(): MessageView<WorkflowItem> {
  const steps = element('ol', { class: 'chat-steps' })
  const title = element('span', { dir: 'auto' })
  const summary = element('summary', { class: 'chat-workflow-summary' }, title)
  const details = element('details', { class: 'chat-workflow' }, summary, steps)
  const root = element(
    'article',
    { class: 'chat-message chat-message-task' },
    element('h3', { class: 'visually-hidden' }, 'Steps'),
    details,
  )
  let wasExpanded = false

  function update(item: WorkflowItem, pending: boolean): void {
    const { tasks, expanded } = item.workflow
    const text = summaryText(item, pending)
    if (title.textContent !== text) title.textContent = text
    const wanted = tasks.map((task) => element('li', {}, taskElement(task)))
    morph(steps, element('ol', { class: 'chat-steps' }, ...wanted))
    details.classList.toggle('chat-workflow-running', pending)
    if (expanded !== wasExpanded) details.open = expanded
    wasExpanded = expanded
    root.ariaBusy = String(pending)
    root.ariaLive = pending ? 'off' : null
  }

  return { root, update }
}
