import type { ErrorCode } from '../errors.ts'
import type { StructuredInputItem, ThreadItem } from '../protocol/items.ts'
import type { Thread } from '../protocol/threads.ts'
import type { RunRef, Scope } from './scope.ts'
import type { ThreadStore } from './thread-store.ts'

/** What begins a turn, and what must hold for it. */
export type TurnStep =
  /** A message of the user. Client tool calls that are pending are completed without an output. */
  | { kind: 'message' }
  /** The output of a client tool: completes the newest pending call. Refused with `item_state_conflict` where none is. */
  | { kind: 'tool_output'; output: unknown }
  /**
   * A form that was answered: replaces the item as long as it is still pending, else `item_state_conflict`; where
   * there is none, `item_not_found`.
   */
  | { kind: 'structured_input'; item: StructuredInputItem }
  /**
   * Another answer to this message of the user: what stands behind it is set aside (see `closeRun`). Anything else
   * is an `item_state_conflict`.
   */
  | { kind: 'retry'; itemId: string }
  /** An action of the page itself, or of a widget of the thread; anything else is an `item_state_conflict`. */
  | { kind: 'action'; itemId?: string | undefined }

export interface TurnOpening {
  /** The id of a thread that exists … */
  thread?: string
  /** … or a thread to be made. Exactly one of the two. */
  newThread?: Thread
  step: TurnStep
  /** Appended in this order. */
  items: ThreadItem[]
  /** Must be the owner's and bound to no other thread; bound to this one. */
  attachmentIds: string[]
  /** Claims the thread for this run, whose log begins with these events. */
  run: { id: string; entries: LogEntry[] }
  /**
   * The client's key of the request. The same key with the same body opens nothing and gives the first run, whatever
   * else is active. Forgotten with the thread of the run.
   */
  key?: { key: string; bodyHash: string } | undefined
  /** How many runs of the owner may be active; one more is refused with `rate_limited`. */
  maxActiveRuns: number
}

/** Why a turn could not be opened. Nothing was written. */
export type TurnRefusal = Extract<
  ErrorCode,
  | 'thread_not_found'
  | 'thread_locked'
  | 'thread_closed'
  | 'attachment_not_found'
  | 'item_not_found'
  | 'item_state_conflict'
  | 'run_active'
  | 'idempotency_key_reused'
  | 'rate_limited'
>

export type OpenedTurn =
  /** `item` is the one that the step is about: the message, the completed call, the answered form, the widget. */
  | { outcome: 'opened'; thread: Thread; item?: ThreadItem | undefined }
  | { outcome: 'repeated'; run: RunRef }
  /** `runId` of the active run where that is the reason. */
  | { outcome: 'refused'; code: TurnRefusal; runId?: string | undefined }

/** One event of a run's log: its number, which counts from 1 without gaps, and its JSON as a client is sent it. */
export interface LogEntry {
  seq: number
  json: string
}

export type RunStatus = 'running' | 'completed' | 'stopped' | 'failed' | 'interrupted'

/** What became of a write in the name of a run. */
export interface Appended {
  /** False where the run is not running any more: nothing was written. */
  accepted: boolean
  /** Somebody asked for the run to be stopped. */
  stopRequested: boolean
}

export interface RunEnding {
  status: Exclude<RunStatus, 'running'>
  /** Saved with the end: the words of messages that are not done, and the note of a stop. */
  items: ThreadItem[]
  /** The last events. */
  entries: LogEntry[]
}

/** A part of a run's log; or, where the log is kept no longer, the visible items that the run has made. */
export interface RunEvents {
  run: RunRef
  status: RunStatus
  entries: LogEntry[]
  /** Given instead of entries when the log is gone. */
  items?: ThreadItem[] | undefined
}

/** Counts since the store was opened, but for `activeRuns`, which is of now. */
export interface StoreCounters {
  activeRuns: number
  eventsWritten: number
  flushes: number
}

/**
 * Everything that a server keeps: threads, and the runs that write into them. At most one run is `running` on a
 * thread. What a run writes is refused once it is not running any more.
 */
export interface Store<TContext = unknown> extends Omit<
  ThreadStore<TContext>,
  'createThread' | 'appendItems'
> {
  /** Checks everything, claims the thread and writes, in one step that is done whole or not at all. */
  openTurn: (opening: TurnOpening, scope: Scope<TContext>) => Promise<OpenedTurn>

  /** Appends events that carry no item. Resolves when they are stored. */
  appendDeltas: (run: RunRef, entries: LogEntry[]) => Promise<Appended>
  /** Appends events of which the last one carries an item, together with what it means for the thread. */
  appendItemEvent: (
    run: RunRef,
    entries: LogEntry[],
    change: { save: ThreadItem } | { remove: string },
  ) => Promise<Appended>
  /**
   * Ends a run: what a retry has set aside comes back where the run has made no visible item, and is deleted for good
   * otherwise. Gives whether this call ended it; again, or after somebody else, it writes nothing.
   */
  closeRun: (run: RunRef, ending: RunEnding) => Promise<boolean>
  /**
   * Ends a run that no process executes any more, as `interrupted`, with what it has said. False where it is not
   * running, and where its process may still be executing it.
   */
  endAbandoned: (run: RunRef) => Promise<boolean>
  /**
   * Until when nobody else takes the runs of this process for abandoned, on the clock of `performance.now()`. It moves
   * on as long as the database is reached; `Infinity` where nobody else can end them. Asked before every event.
   */
  heldUntilMs: () => number
  /** Asks a run, the active run of a thread, or the run of a request's key to stop. Gives it where it is running. */
  requestStop: (
    target: { runId: string } | { threadId: string } | { key: string },
    scope: Scope<TContext>,
  ) => Promise<RunRef | undefined>
  activeRun: (threadId: string, scope: Scope<TContext>) => Promise<RunRef | undefined>

  /** The events of a run after a number; undefined for one that is unknown. Rejects with `thread_not_found` for one of somebody else. */
  readEvents: (runId: string, after: number, scope: Scope<TContext>) => Promise<RunEvents | undefined>
  /** Calls `wake` when there may be more to read of one of the runs. Gives what ends it. */
  watchRuns: (runIds: string[], wake: () => void) => () => void

  /** Keeps a small private value for a while. */
  saveState: (key: string, value: unknown, ttlMs: number, scope: Scope<TContext>) => Promise<void>
  /** Gives the value to exactly one caller and deletes it; undefined for everybody else, and when it has expired. */
  claimState: (key: string, scope: Scope<TContext>) => Promise<unknown>

  counters: () => StoreCounters
}
