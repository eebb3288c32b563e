import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { WidgetItem } from '../protocol/items.ts'
import type { WidgetRoot } from '../protocol/widgets.ts'
import type { TurnBase } from '../turn.ts'
import { diffWidget } from './diff-widget.ts'

export interface StreamWidgetOptions {
  /** What a client puts on the clipboard when the widget is copied. */
  copyText?: string
}

/**
 * The events of one widget. A single root is one `thread.item.done`. Of a stream of states, the first is added,
 * each further one becomes the updates that lead to it (see `diffWidget`), and the last is done; no state, no
 * widget. Each state is copied as it comes, so that a generator may change one object and yield it again.
 */
export async function* streamWidget(
  turn: Pick<TurnBase<unknown>, 'thread' | 'generateId' | 'now'>,
  states: WidgetRoot | AsyncIterable<WidgetRoot> | Iterable<WidgetRoot>,
  { copyText }: StreamWidgetOptions = {},
): AsyncGenerator<ThreadStreamEvent> {
  const itemOf = (widget: WidgetRoot): WidgetItem => ({
    id: turn.generateId('msg'),
    thread_id: turn.thread.id,
    created_at: turn.now().toISOString(),
    type: 'widget',
    widget,
    ...(copyText === undefined ? {} : { copy_text: copyText }),
  })
  if (isRoot(states)) {
    yield { type: 'thread.item.done', item: itemOf(structuredClone(states)) }
    return
  }
  let item: WidgetItem | undefined
  for await (const state of states) {
    const widget = structuredClone(state)
    if (item === undefined) {
      item = itemOf(widget)
      yield { type: 'thread.item.added', item }
      continue
    }
    for (const update of diffWidget(item.widget, widget)) {
      yield { type: 'thread.item.updated', item_id: item.id, update }
    }
    item = { ...item, widget }
  }
  if (item) yield { type: 'thread.item.done', item }
}

const isRoot = (
  states: WidgetRoot | AsyncIterable<WidgetRoot> | Iterable<WidgetRoot>,
): states is WidgetRoot => !(Symbol.asyncIterator in states || Symbol.iterator in states)
