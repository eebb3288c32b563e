import {
  applyThreadEvent,
  type ChatKitClient,
  ChatKitRequestError,
  emptyThreadState,
  type ThreadState,
} from '@robolearn/chatkit-server-core/client'
import { CUT_OFF, type Failure, toFailure, toStreamFailure } from './failure.ts'
import { loadThread } from './load-thread.ts'
import type { ThreadMemory } from './thread-memory.ts'

/** Everything that the panel shows of the conversation. */
export interface ChatView {
  thread: ThreadState
  phase: 'idle' | 'loading' | 'answering'
  /** What was asked and has not come back from the server as a message. */
  question?: string
  failure?: Failure
}

export interface ChatOptions {
  client: ChatKitClient
  memory: ThreadMemory
  onChange: (view: ChatView) => void
}

export interface Chat {
  /** Shows a learner's last conversation, or nothing when nobody is signed in. */
  open: (learner: string) => Promise<void>
  ask: (question: string) => Promise<void>
  /** Does again what failed. */
  tryAgain: () => Promise<void>
  startOver: () => void
}

const EMPTY: ChatView = { thread: emptyThreadState, phase: 'idle' }

const isGone = (error: unknown): boolean => error instanceof ChatKitRequestError && error.status === 404

/** The conversation and what can be done with it. Whatever is begun ends what was under way before. */
export function createChat({ client, memory, onChange }: ChatOptions): Chat {
  let view = EMPTY
  let learner = ''
  let current = new AbortController()
  let again: () => Promise<void> = async () => {}

  function show(next: ChatView): void {
    view = next
    onChange(view)
  }

  function begin(): AbortSignal {
    current.abort()
    current = new AbortController()
    return current.signal
  }

  function fail(failure: Failure, thread: ThreadState = view.thread): void {
    show({ ...view, thread, phase: 'idle', failure })
  }

  async function open(next: string): Promise<void> {
    const signal = begin()
    learner = next
    const threadId = learner === '' ? undefined : memory.load(learner)
    if (threadId === undefined) return show(EMPTY)
    show({ ...EMPTY, phase: 'loading' })
    try {
      const thread = await loadThread(client, threadId)
      if (!signal.aborted) show({ ...EMPTY, thread })
    } catch (error) {
      if (signal.aborted) return
      if (isGone(error)) return startOver()
      again = () => open(next)
      fail(toFailure(error))
    }
  }

  async function ask(question: string): Promise<void> {
    const signal = begin()
    again = () => ask(question)
    const { error: _error, ...thread } = view.thread
    show({ thread, phase: 'answering', question })
    try {
      await readAnswer(question, signal)
    } catch (error) {
      if (signal.aborted) return
      if (!isGone(error)) return fail(toFailure(error))
      // The next attempt begins a new conversation.
      memory.forget(learner)
      fail(toFailure(error), emptyThreadState)
    }
  }

  async function readAnswer(question: string, signal: AbortSignal): Promise<void> {
    const threadId = view.thread.thread?.id
    const input = { content: [{ type: 'input_text' as const, text: question }] }
    const events = client.stream(
      threadId === undefined
        ? { type: 'threads.create', params: { input } }
        : { type: 'threads.add_user_message', params: { thread_id: threadId, input } },
      { signal },
    )
    for await (const event of events) {
      if (signal.aborted) return
      if (event.type === 'thread.created') memory.save(learner, event.thread.id)
      const thread = applyThreadEvent(view.thread, event)
      const asked = event.type === 'thread.item.done' && event.item.type === 'user_message'
      const { question: _question, ...rest } = view
      show(asked ? { ...rest, thread } : { ...view, thread })
    }
    if (signal.aborted) return
    const { error, pending } = view.thread
    if (error) fail(toStreamFailure(error))
    else if (pending.length > 0 || view.question !== undefined) fail(CUT_OFF)
    else show({ ...view, phase: 'idle' })
  }

  function startOver(): void {
    begin()
    memory.forget(learner)
    show(EMPTY)
  }

  return { open, ask, tryAgain: () => again(), startOver }
}
