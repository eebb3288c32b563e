import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Order, Page } from '../protocol/pages.ts'
import { RunItems } from '../runs/run-items.ts'
import type { LogEntry } from '../store/store.ts'
import type { RouteContext } from './route.ts'

interface WithRun {
  page: Page<ThreadItem>
  /** Where in the run's events the page stands: who resumes from here misses nothing and sees nothing twice. */
  cursor?: string
}

/**
 * Loads the newest page of a thread with what the answer under way has so far. The run's events are read before the
 * page, for what is pending, and once more behind it: whatever was stored in between is in one of the two, also when
 * the run has ended since.
 */
export async function withActiveRun<TContext>(
  threadId: string,
  order: Order,
  loadPage: () => Promise<Page<ThreadItem>>,
  { runStore, scope }: Pick<RouteContext<TContext>, 'runStore' | 'scope'>,
): Promise<WithRun> {
  const run = await runStore.activeRun(threadId, scope)
  const before = run && (await runStore.readEvents(run.id, 0, scope))
  const page = await loadPage()
  const lastBefore = before?.entries.at(-1)
  if (!run || !before || !lastBefore || (order === 'asc' && page.has_more)) return { page }
  const items = new RunItems()
  observe(items, before.entries)
  items.settle()
  const since = (await runStore.readEvents(run.id, lastBefore.seq, scope))?.entries ?? []
  observe(items, since)
  const data = order === 'asc' ? items.after(page.data) : items.after(page.data.toReversed()).toReversed()
  return { page: { ...page, data }, cursor: `${run.id}:${(since.at(-1) ?? lastBefore).seq}` }
}

function observe(items: RunItems, entries: readonly LogEntry[]): void {
  // The server wrote this JSON itself.
  for (const { json } of entries) items.observe(JSON.parse(json) as ThreadStreamEvent)
}
