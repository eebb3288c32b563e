import { ChatKitError } from '../errors.ts'
import { isHidden, type WidgetItem } from '../protocol/items.ts'
import { itemForClient, toJson } from '../protocol/serialize.ts'
import { OutputFilter } from '../runs/output-filter.ts'
import { refusal } from '../runs/refusal.ts'
import { ThreadWatch } from '../runs/thread-changes.ts'
import type { TurnStore } from '../store/turn-store.ts'
import { toAction } from './custom-action.ts'
import type { Route } from './route.ts'

export const syncCustomAction: Route<'threads.sync_custom_action'> = async (
  { params, metadata },
  context,
) => {
  const { hooks, store, scope, generateId, now, signal, actions, transformOutput, locales } = context
  if (!hooks.implements('syncAction')) {
    throw new ChatKitError('hook_not_implemented', { key: 'no_actions' })
  }
  const action = toAction(params.action)
  actions?.parse(action)
  const thread = await store.loadThread(params.thread_id)
  if (thread.status.type === 'locked') throw refusal('thread_locked', thread.id)
  if (thread.status.type === 'closed') throw refusal('thread_closed', thread.id)
  const sender = params.item_id == null ? undefined : await loadWidget(store, thread.id, params.item_id)
  const watch = new ThreadWatch(thread)
  const told = { thread, context: scope.context, metadata, locale: locales[0], signal, generateId, now }
  const filter = OutputFilter.of(transformOutput, told)
  const given = await hooks.syncAction({ ...told, action, sender, store: filter?.store(store) ?? store })
  const updated = given && filter ? await filter.item(given) : given
  const changes = watch.take()
  if (changes) {
    await store.saveThread(thread.id, filter ? await filter.changes(changes, thread) : changes)
  }
  const shown = updated && !isHidden(updated) ? { updated_item: itemForClient(updated) } : {}
  return { kind: 'json', json: toJson(shown) }
}

async function loadWidget(store: TurnStore, threadId: string, itemId: string): Promise<WidgetItem> {
  const item = await store.loadItem(threadId, itemId)
  if (item.type !== 'widget') throw refusal('item_state_conflict', threadId)
  return item
}
