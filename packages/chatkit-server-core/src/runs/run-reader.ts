import type { ThreadStreamEvent } from '../protocol/events.ts'
import { eventForClient, toJson } from '../protocol/serialize.ts'
import type { ThreadItem } from '../protocol/items.ts'
import type { Scope } from '../store/scope.ts'
import type { LogEntry, RunEvents, Store } from '../store/store.ts'
import type { RunHub } from './run-hub.ts'

/** Follows a run from where it was left to its end. */
export interface RunReader {
  readonly runId: string
  /** The number of the event before the first one that is given. */
  readonly after: number
  /** Everything that is ready, at least one entry; an empty list when the run is over or the reader has left. */
  next: () => Promise<LogEntry[]>
  /**
   * Lets go at once, of a `next()` under way too. Where the client has `gone`, what becomes of the run is
   * `onDisconnect`; one that is there and takes nothing (`stalled`) has asked for nothing: its run goes on.
   */
  leave: (why?: 'gone' | 'stalled') => void
}

export interface ReaderOptions<TContext> {
  runId: string
  after: number
  /** Where the run is executed in this process. */
  hub?: RunHub | undefined
  store: Pick<Store<TContext>, 'readEvents' | 'watchRuns'>
  scope: Scope<TContext>
  /** Called when the client leaves before the end. */
  onLeave?: (() => void) | undefined
  /** Called once, when it has read to the end or has left. */
  onDone?: (() => void) | undefined
  /** An item as it goes to the client, where the log is gone. */
  present: (item: ThreadItem) => Promise<ThreadItem>
}

/** How often the store is asked for more where nobody tells: a notification may be lost. */
const POLL_MS = 500

export function createRunReader<TContext>(options: ReaderOptions<TContext>): RunReader {
  const { runId, after, hub, store, scope, onLeave, present } = options
  let onDone = options.onDone
  let position = after
  let left = false
  let over = false
  let wakeUp: (() => void) | undefined
  // The store is asked again only when it has told of more: what was read has mostly been all there was.
  let mayHaveMore = true
  let stopWatching: (() => void) | undefined

  const take = (entries: LogEntry[]): LogEntry[] => {
    position = entries.at(-1)?.seq ?? position
    return entries
  }
  const readStore = async (): Promise<RunEvents | undefined> => {
    mayHaveMore = false
    try {
      return await store.readEvents(runId, position, scope)
    } catch (error) {
      mayHaveMore = true
      throw error
    }
  }
  /** Undefined means: nothing yet. */
  const read = async (): Promise<LogEntry[] | undefined> => {
    const local = hub?.after(position)
    if (hub && local) return local.length > 0 || hub.ended ? take(local) : undefined
    const found = await readStore()
    if (!found) return []
    if (found.items) {
      over = true
      return take(itemsAsEntries(await Promise.all(found.items.map(present)), position))
    }
    if (found.entries.length > 0) return take(found.entries)
    return found.status === 'running' ? undefined : []
  }
  const done = (): LogEntry[] => {
    stopWatching?.()
    stopWatching = undefined
    onDone?.()
    onDone = undefined
    return []
  }
  /** Listens from now on, so that nothing is missed between a look that finds nothing and the wait for more. */
  const listen = (): { isLive: boolean; more: Promise<void>; stop: () => void } => {
    const { promise: more, resolve } = Promise.withResolvers<void>()
    // A hub that has ended says no more, although the run may still be open in the store.
    const live = hub && !hub.ended ? hub : undefined
    const told = (): void => {
      mayHaveMore = true
      wakeUp?.()
    }
    if (!live) stopWatching ??= store.watchRuns([runId], told)
    const stopListening = live?.onMore(resolve)
    const timer = live ? undefined : setTimeout(told, POLL_MS)
    wakeUp = resolve
    const stop = (): void => {
      clearTimeout(timer)
      stopListening?.()
      wakeUp = undefined
    }
    return { isLive: live !== undefined, more, stop }
  }

  return {
    runId,
    after,
    next: async () => {
      const ready = left || over ? undefined : hub?.after(position)
      if (ready && ready.length > 0) return take(ready)
      while (!left && !over) {
        const { isLive, more, stop } = listen()
        try {
          const entries = isLive || mayHaveMore ? await read() : undefined
          if (entries) {
            if (entries.length === 0) over = true
            return left || entries.length === 0 ? done() : entries
          }
          if (!left) await more
        } finally {
          stop()
        }
      }
      return done()
    },
    leave: (why = 'gone') => {
      if (left) return
      left = true
      done()
      wakeUp?.()
      if (!over && why === 'gone') onLeave?.()
    },
  }
}

/** The log is gone: what the run has made is told as items that are done. */
function itemsAsEntries(items: NonNullable<RunEvents['items']>, after: number): LogEntry[] {
  return items.map((item, index) => ({
    seq: after + index + 1,
    json: toJson(eventForClient({ type: 'thread.item.done', item })),
  }))
}

/** The events that a reader gives, as objects, to the end of the run. Leaves when the loop is left. */
export async function* readEvents(reader: RunReader): AsyncGenerator<ThreadStreamEvent, void, undefined> {
  try {
    for (;;) {
      const entries = await reader.next()
      if (entries.length === 0) return
      // The server wrote this JSON itself.
      for (const { json } of entries) yield JSON.parse(json) as ThreadStreamEvent
    }
  } finally {
    reader.leave()
  }
}
