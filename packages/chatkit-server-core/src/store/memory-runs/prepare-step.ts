import { undefinedIfNotFound } from '../../errors.ts'
import type { ClientToolCallItem, ThreadItem } from '../../protocol/items.ts'
import type { Scope } from '../scope.ts'
import type { TurnRefusal, TurnStep } from '../store.ts'
import type { ThreadStore } from '../thread-store.ts'

/** What a step means for the thread, worked out before anything is written. */
export interface PreparedStep {
  /** The item that the step is about, as it will be. */
  item?: ThreadItem
  /** Items that change. */
  save: ThreadItem[]
  /** Items that are set aside until the run has ended. */
  setAside: Set<string>
}

type Items<TContext> = Pick<ThreadStore<TContext>, 'loadItem' | 'listItems'>

const PAGE = 100

/** Gives what is to be written, or the reason why the step is refused. */
export async function prepareStep<TContext>(
  items: Items<TContext>,
  threadId: string,
  step: TurnStep,
  scope: Scope<TContext>,
): Promise<PreparedStep | TurnRefusal> {
  const nothing: PreparedStep = { save: [], setAside: new Set() }
  switch (step.kind) {
    case 'message':
      return { ...nothing, save: (await pendingCalls(items, threadId, scope)).map(closed) }
    case 'tool_output': {
      const [newest] = await pendingCalls(items, threadId, scope)
      if (!newest) return 'item_state_conflict'
      const item: ThreadItem = { ...newest, status: 'completed', output: step.output }
      return { ...nothing, item, save: [item] }
    }
    case 'structured_input': {
      const found = await items.loadItem(threadId, step.item.id, scope).catch(undefinedIfNotFound)
      if (!found) return 'item_not_found'
      if (found.type !== 'structured_input' || found.status !== 'pending') return 'item_state_conflict'
      return { ...nothing, item: step.item, save: [step.item] }
    }
    case 'retry': {
      const found = await items.loadItem(threadId, step.itemId, scope).catch(undefinedIfNotFound)
      if (!found) return 'item_not_found'
      if (found.type !== 'user_message') return 'item_state_conflict'
      return { ...nothing, item: found, setAside: await idsBehind(items, threadId, found.id, scope) }
    }
    case 'action': {
      if (step.itemId === undefined) return nothing
      const found = await items.loadItem(threadId, step.itemId, scope).catch(undefinedIfNotFound)
      if (!found) return 'item_not_found'
      return found.type === 'widget' ? { ...nothing, item: found } : 'item_state_conflict'
    }
  }
}

// A message of the user has closed the calls before it: only those behind the last one can be pending.
async function pendingCalls<TContext>(
  items: Items<TContext>,
  threadId: string,
  scope: Scope<TContext>,
): Promise<ClientToolCallItem[]> {
  const calls: ClientToolCallItem[] = []
  for (let after: string | undefined; ;) {
    const page = await items.listItems(
      threadId,
      { limit: PAGE, order: 'desc', include: 'visible', after },
      scope,
    )
    for (const item of page.data) {
      if (item.type === 'user_message') return calls
      if (item.type === 'client_tool_call' && item.status === 'pending') calls.push(item)
    }
    if (!page.has_more) return calls
    after = page.after
  }
}

const closed = (call: ClientToolCallItem): ClientToolCallItem => ({ ...call, status: 'completed' })

async function idsBehind<TContext>(
  items: Items<TContext>,
  threadId: string,
  itemId: string,
  scope: Scope<TContext>,
): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let after: string | undefined = itemId; ;) {
    const page = await items.listItems(threadId, { limit: PAGE, order: 'asc', include: 'all', after }, scope)
    for (const item of page.data) ids.add(item.id)
    if (!page.has_more) return ids
    after = page.after
  }
}
