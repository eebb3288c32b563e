import { ChatKitError } from '../errors.ts'
import type { ThreadStreamEvent } from '../protocol/events.ts'
import type { UserMessageItem } from '../protocol/items.ts'
import type { UserMessageInput } from '../protocol/requests.ts'
import { threadForClient } from '../protocol/serialize.ts'
import type { Thread } from '../protocol/threads.ts'
import type { GenerateId } from '../store/generate-id.ts'
import type { Scope } from '../store/scope.ts'
import type { Store, TurnOpening, TurnRefusal } from '../store/store.ts'
import { bindStore } from '../store/turn-store.ts'
import type { Turn } from '../turn.ts'
import type { ActiveRuns } from './active-runs.ts'
import { RunFeed, type RunReader } from './run-feed.ts'
import { runResponse } from './run-response.ts'

export interface TurnRunnerOptions<TContext> {
  store: Store<TContext>
  scope: Scope<TContext>
  respond: (turn: Turn<TContext>) => AsyncIterable<ThreadStreamEvent>
  generateId: GenerateId
  now: () => Date
  runs: ActiveRuns
  onError: (error: unknown, ids: { threadId: string; runId: string }) => void
}

interface TurnRequest {
  input: UserMessageInput
  metadata: Record<string, unknown>
}

/** Opens turns of one owner: checks and stores what was sent, then starts the answer and gives a reader of it. */
export interface TurnRunner {
  startWithNewThread: (request: TurnRequest) => Promise<RunReader>
  startOnThread: (request: TurnRequest & { threadId: string }) => Promise<RunReader>
}

export function createTurnRunner<TContext>(options: TurnRunnerOptions<TContext>): TurnRunner {
  const { store, scope, generateId, now } = options

  const start = async (
    opening: TurnOpening,
    userMessage: UserMessageItem,
    metadata: Record<string, unknown>,
  ): Promise<RunReader> => {
    options.runs.assertOpen()
    const opened = await store.openTurn(opening, scope)
    if (opened.refused) throw refusal(opened.refused, userMessage.thread_id)
    // Committed. From here on everything that goes wrong is an event of the run.
    const { thread } = opened
    const feed = new RunFeed(generateId('run'))
    const abort = new AbortController()
    const turnStore = bindStore(store, scope)
    if (opening.newThread) feed.publish({ type: 'thread.created', thread: threadForClient(thread) })
    feed.publish({ type: 'thread.item.done', item: userMessage })
    feed.publish({ type: 'stream_options', stream_options: { allow_cancel: true } })
    const turn: Turn<TContext> = {
      thread,
      userMessage,
      context: scope.context,
      metadata,
      signal: abort.signal,
      store: turnStore,
      generateId,
      now,
      run: { id: feed.runId },
    }
    const onError = (error: unknown): void =>
      options.onError(error, { threadId: thread.id, runId: feed.runId })
    const events = eventsOf(() => options.respond(turn))
    const finished = runResponse({ events, thread, store: turnStore, feed, abort, onError })
    options.runs.add({ abort, finished })
    return feed.read()
  }

  const userMessage = (threadId: string, input: UserMessageInput): UserMessageItem => ({
    id: generateId('msg'),
    thread_id: threadId,
    created_at: now().toISOString(),
    type: 'user_message',
    content: input.content,
    attachments: [],
    ...(input.quoted_text == null ? {} : { quoted_text: input.quoted_text }),
    inference_options: input.inference_options,
  })

  return {
    startWithNewThread: async ({ input, metadata }) => {
      const thread: Thread = {
        id: generateId('thr'),
        created_at: now().toISOString(),
        status: { type: 'active' },
        metadata: {},
      }
      const message = userMessage(thread.id, input)
      return start({ newThread: thread, items: [message] }, message, metadata)
    },
    startOnThread: async ({ threadId, input, metadata }) => {
      const message = userMessage(threadId, input)
      return start({ thread: threadId, items: [message] }, message, metadata)
    },
  }
}

/** `respond()` as a stream even where it throws before it yields anything. */
async function* eventsOf(respond: () => AsyncIterable<ThreadStreamEvent>): AsyncGenerator<ThreadStreamEvent> {
  yield* respond()
}

const REFUSALS: Record<TurnRefusal, (threadId: string) => string> = {
  thread_not_found: (threadId) => `There is no thread "${threadId}".`,
  thread_locked: (threadId) => `Thread "${threadId}" is locked: it can be read, but not written to.`,
  thread_closed: (threadId) => `Thread "${threadId}" is closed: start a new thread to go on.`,
}

const refusal = (code: TurnRefusal, threadId: string): ChatKitError =>
  new ChatKitError(code, REFUSALS[code](threadId))
