import type { EventOf } from '../protocol/events.ts'
import type { WidgetItem } from '../protocol/items.ts'
import type { WidgetRoot } from '../protocol/widgets.ts'
import type { SyncActionInput } from '../turn.ts'
import type { StreamWidgetOptions } from './stream-widget.ts'

/**
 * The event with which `action()` gives a widget its new state: it keeps its id and its place, is stored, and is
 * shown at once and whenever the thread is opened again.
 */
export function replaceWidget(
  sender: WidgetItem,
  widget: WidgetRoot,
  options: StreamWidgetOptions = {},
): EventOf<'thread.item.replaced'> {
  return { type: 'thread.item.replaced', item: withState(sender, widget, options) }
}

/** Stores a widget's new state and gives the item, for `syncAction()` to return: what that returns is only sent. */
export async function saveWidget(
  { store, thread }: Pick<SyncActionInput<unknown>, 'store' | 'thread'>,
  sender: WidgetItem,
  widget: WidgetRoot,
  options: StreamWidgetOptions = {},
): Promise<WidgetItem> {
  const item = withState(sender, widget, options)
  await store.saveItem(thread.id, item)
  return item
}

// A copy, so that a state that is changed afterwards does not change what was sent.
const withState = (
  sender: WidgetItem,
  widget: WidgetRoot,
  { copyText }: StreamWidgetOptions,
): WidgetItem => ({
  ...sender,
  widget: structuredClone(widget),
  ...(copyText === undefined ? {} : { copy_text: copyText }),
})
