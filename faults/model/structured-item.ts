import type { ThreadStreamEvent, Turn, WidgetItem, WorkflowItem } from '@robolearn/chatkit-server-core'
import { createRandom } from '../random.ts'
import type { Script } from './script.ts'
import { tokens } from './words.ts'

const STEPS = 3

/** A workflow whose tasks are added and changed, or a widget whose text streams, from its beginning to its end. */
export async function* structuredItem(
  shape: Script['before'][number],
  turn: Pick<Turn<unknown>, 'generateId' | 'thread' | 'now'>,
  { seed }: Pick<Script, 'seed'>,
  pause: () => Promise<void>,
): AsyncGenerator<ThreadStreamEvent> {
  const fields = { thread_id: turn.thread.id, created_at: turn.now().toISOString() }
  const words = tokens(createRandom(seed + 1))
  const title = (): string => words.next().value.toWellFormed()
  if (shape === 'workflow') {
    const item: WorkflowItem = {
      ...fields,
      id: turn.generateId('wf'),
      type: 'workflow',
      workflow: { type: 'custom', tasks: [], expanded: true },
    }
    yield { type: 'thread.item.added', item }
    const tasks: WorkflowItem['workflow']['tasks'] = []
    for (let index = 0; index < STEPS; index++) {
      const task = { type: 'custom' as const, title: title(), status_indicator: 'loading' as const }
      const update = { type: 'workflow.task.added' as const, task_index: index, task }
      yield { type: 'thread.item.updated', item_id: item.id, update }
      await pause()
      const done = { ...task, status_indicator: 'complete' as const }
      tasks.push(done)
      const changed = { type: 'workflow.task.updated' as const, task_index: index, task: done }
      yield { type: 'thread.item.updated', item_id: item.id, update: changed }
    }
    yield {
      type: 'thread.item.done',
      item: { ...item, workflow: { ...item.workflow, tasks, summary: { title: 'Done' } } },
    }
    return
  }
  const widget = (value: string, streaming: boolean): WidgetItem['widget'] => ({
    type: 'Card',
    children: [{ type: 'Markdown', id: 'words', value, streaming }],
  })
  const item: WidgetItem = {
    ...fields,
    id: turn.generateId('msg'),
    type: 'widget',
    widget: widget('', true),
  }
  yield { type: 'thread.item.added', item }
  let value = ''
  for (let index = 0; index < STEPS; index++) {
    const delta = title()
    value += delta
    const update = {
      type: 'widget.streaming_text.value_delta' as const,
      component_id: 'words',
      delta,
      done: index === STEPS - 1,
    }
    yield { type: 'thread.item.updated', item_id: item.id, update }
    await pause()
  }
  yield { type: 'thread.item.done', item: { ...item, widget: widget(value, false) } }
}
