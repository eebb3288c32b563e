import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Order, Page } from '../protocol/pages.ts'
import { RunItems } from '../runs/run-items.ts'
import type { RunRef } from '../store/scope.ts'
import type { RouteContext } from './route.ts'

interface WithRun {
  page: Page<ThreadItem>
  /** Where in the run's events the page stands: who resumes from here misses nothing and sees nothing twice. */
  cursor?: string
}

/**
 * Adds to the newest page of a thread what the answer under way has so far. In this order: first the active run is
 * looked up, then the page is loaded, then this reads the run's events. Whatever was stored in between is in the
 * events, also when the run has ended since.
 */
export async function withActiveRun<TContext>(
  run: RunRef | undefined,
  page: Page<ThreadItem>,
  { order, after }: { order: Order; after?: string | undefined },
  { runStore, scope }: Pick<RouteContext<TContext>, 'runStore' | 'scope'>,
): Promise<WithRun> {
  if (order === 'asc' && page.has_more) return { page }
  const log = run && (await runStore.readEvents(run.id, 0, scope))
  const last = log?.entries.at(-1)
  if (!run || !log || !last) return { page }
  const items = new RunItems()
  // The server wrote this JSON itself.
  for (const { json } of log.entries) items.observe(JSON.parse(json) as ThreadStreamEvent)
  const data =
    order === 'asc'
      ? items.after(page.data, page.data.at(-1)?.id ?? after)
      : items.after(page.data.toReversed()).toReversed()
  return { page: { ...page, data }, cursor: `${run.id}:${last.seq}` }
}
