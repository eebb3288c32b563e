// What a thread has to be, kept without a store, a server or a stream: plain data, and what each deed makes of it.

/** What stands in a thread. `words` of a message; of anything else empty. */
export interface ModelItem {
  readonly id: string
  readonly kind: 'user' | 'answer' | 'widget' | 'call' | 'hidden' | 'note'
  words: string
  /** A client tool's call that has no output yet. */
  open?: boolean
  /** Behind a message that is being answered again. */
  setAside?: boolean
}

export interface PendingItem {
  readonly id: string
  readonly kind: 'answer' | 'widget'
  words: string
  /** The last word ended in half of a character, which waits for its other half. */
  hasHalf?: boolean
}

export type Status = 'running' | 'completed' | 'stopped' | 'failed' | 'interrupted'

export interface ModelRun {
  readonly id: string
  readonly threadId: string
  /** Which server executes it. */
  node: number
  status: Status
  /** Begun and not done. */
  readonly pending: PendingItem[]
  /** Visible items that it has made. */
  readonly made: Set<string>
  /** Its client is one whose leaving is a stop. */
  readonly stopsOnLeave: boolean
  /** Its process is gone, and nobody has ended it yet. */
  isOrphan: boolean
}

export interface ModelThread {
  readonly id: string
  title: string | undefined
  items: ModelItem[]
  run: ModelRun | undefined
  /** Messages that stand in line. */
  waiting: WaitingMessage[]
}

export interface WaitingMessage {
  readonly key: string
  readonly body: object
  readonly words: string
  /** The server that it was sent to. */
  readonly node: number
}

export type Policy = 'interrupt' | 'reject' | 'wait'

/** A request that was sent with a key. */
export interface ModelRequest {
  readonly key: string
  readonly body: object
  readonly threadId: string
  readonly runId: string
}

export interface Model {
  readonly policy: Policy
  /** Whether each server is alive. */
  readonly nodes: boolean[]
  readonly threads: ModelThread[]
  readonly runs: Map<string, ModelRun>
  requests: ModelRequest[]
}

export const emptyModel = (policy: Model['policy'], nodes: number): Model => ({
  policy,
  nodes: Array.from({ length: nodes }, () => true),
  threads: [],
  runs: new Map(),
  requests: [],
})

/** The note that a stop leaves for the model. */
export const NOTE = 'The user stopped this answer before it was finished.'

/** A turn is opened: its message stands in the thread, calls that were open are closed, and it has a run. */
export function opened(
  model: Model,
  thread: ModelThread,
  run: Pick<ModelRun, 'id' | 'node' | 'stopsOnLeave'>,
  message?: { id: string; words: string },
): ModelRun {
  const begun: ModelRun = {
    ...run,
    threadId: thread.id,
    status: 'running',
    pending: [],
    made: new Set(),
    isOrphan: false,
  }
  if (message) {
    for (const item of thread.items) if (!item.setAside) delete item.open
    thread.items.push({ ...message, kind: 'user' })
  }
  thread.run = begun
  model.runs.set(begun.id, begun)
  return begun
}

/** A message is answered again: what stands behind it is set aside. */
export function retried(thread: ModelThread, itemId: string): void {
  const at = thread.items.findIndex(({ id }) => id === itemId)
  for (const item of thread.items.slice(at + 1)) item.setAside = true
}

/** A run is over: words of unfinished messages stay, nothing else that was not done does. */
export function ended(thread: ModelThread, status: Exclude<Status, 'running'>): void {
  const { run } = thread
  if (!run) return
  const kept = run.pending.filter(({ kind, words }) => kind === 'answer' && words.trim() !== '')
  const hasBegun = run.made.size > 0 || kept.length > 0
  if (hasBegun) thread.items = thread.items.filter(({ setAside }) => !setAside)
  else for (const item of thread.items) delete item.setAside
  thread.items.push(...kept.map(({ id, kind, words }) => ({ id, kind, words })))
  if (status === 'stopped') thread.items.push({ id: '', kind: 'note', words: NOTE })
  run.status = status
  run.pending.length = 0
  run.isOrphan = false
  thread.run = undefined
}

const isHidden = ({ kind }: ModelItem): boolean => kind === 'hidden' || kind === 'note'

export const isThere = (item: ModelItem): boolean => !item.setAside && !isHidden(item)

/** What the owner sees: what is stored, and behind it what the answer under way has begun. */
export const shown = ({ items, run }: ModelThread): { id: string; words: string }[] =>
  [...items.filter(isThere), ...(run?.pending ?? [])].map(({ id, words }) => ({ id, words }))

/** Everything that is stored, for the model too. A note's id is the server's. */
export const stored = ({ items }: ModelThread): { id: string; words: string }[] =>
  items.filter(({ setAside }) => !setAside).map(({ id, words }) => ({ id, words }))

export const openCall = ({ items }: ModelThread): ModelItem | undefined =>
  items.findLast((item) => item.open && isThere(item))
