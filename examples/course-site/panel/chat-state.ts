import {
  applyThreadEvent,
  type ChatKitClient,
  ChatKitRequestError,
  type ChatKitStream,
  emptyThreadState,
  endThreadStream,
  retryThreadItem,
  type StreamRequest,
  type ThreadState,
} from '@robolearn/chatkit-server-core/client'
import { CUT_OFF, DELETED, type Failure, toFailure, toStreamFailure } from './failure.ts'
import { closeCalls, createItemOperations, type ItemOperations, openCall } from './item-operations.ts'
import type { Attachment } from './thread-items.ts'
import type { ThreadMemory } from './thread-memory.ts'

/** What a learner sends. */
export interface ChatMessage {
  text: string
  /** Words of the page that the question is about. */
  quotedText?: string
  /** Uploaded already. */
  attachments?: readonly Attachment[]
}

/** Everything that the panel shows of the conversation. */
export interface ChatView {
  thread: ThreadState
  phase: 'idle' | 'loading' | 'answering'
  /** What was asked and has not come back from the server as a message. */
  question?: ChatMessage
  failure?: Failure
}

export interface ChatOptions {
  client: ChatKitClient
  memory: ThreadMemory
  onChange: (view: ChatView) => void
}

export interface Chat extends ItemOperations {
  /** Shows a learner's last conversation, or nothing when nobody is signed in. */
  open: (learner: string) => Promise<void>
  /** Shows another of the learner's conversations. */
  openThread: (threadId: string) => Promise<void>
  /** Catches up with what another tab has done; what is shown stays where that cannot be told. */
  refresh: () => Promise<void>
  ask: (message: ChatMessage) => Promise<void>
  /** Stops the answer under way; its words so far stay. */
  stop: () => Promise<void>
  /** Does again what failed. */
  tryAgain: () => Promise<void>
  /** Asks for another answer to the newest question. */
  answerAgain: () => Promise<void>
  startOver: () => void
  /** The conversation was given another title. */
  retitle: (threadId: string, title: string) => void
}

interface FollowOptions {
  /** Of the same request sent before. */
  idempotencyKey?: string | undefined
  /** Called with the first event: the server has what was sent. */
  onAccepted?: (() => void) | undefined
}

const EMPTY: ChatView = { thread: emptyThreadState, phase: 'idle' }

const isGone = (error: unknown): boolean => error instanceof ChatKitRequestError && error.status === 404

/** An answer that stands last in a thread whose run goes on is not whole. */
function stillGrowing(thread: ThreadState): ThreadState {
  const last = thread.items.at(-1)
  return last?.type === 'assistant_message' ? { ...thread, pending: [...thread.pending, last.id] } : thread
}

function toInput({ text, quotedText, attachments = [] }: ChatMessage) {
  return {
    content: text === '' ? [] : [{ type: 'input_text' as const, text }],
    attachments: attachments.map(({ id }) => id),
    ...(quotedText === undefined ? {} : { quoted_text: quotedText }),
  }
}

/** The conversation and what can be done with it. Whatever is begun ends what was under way before. */
export function createChat({ client, memory, onChange }: ChatOptions): Chat {
  let view = EMPTY
  let learner = ''
  let current = new AbortController()
  let answer: ChatKitStream | undefined
  let again: () => Promise<void> = async () => {}
  let waiting: (() => void)[] = []
  const stopped = new WeakSet<ChatKitStream>()

  function show(next: ChatView): void {
    view = next
    onChange(view)
    if (view.phase !== 'idle') return
    for (const goOn of waiting) goOn()
    waiting = []
  }

  async function whenIdle(): Promise<void> {
    // Whoever waited longer may have begun something again.
    while (view.phase !== 'idle') await new Promise<void>((resolve) => waiting.push(resolve))
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
    learner = next
    const threadId = learner === '' ? undefined : memory.load(learner)
    if (threadId !== undefined) return load(threadId, EMPTY)
    begin()
    show(EMPTY)
  }

  async function openThread(threadId: string): Promise<void> {
    memory.save(learner, threadId)
    await load(threadId, { ...EMPTY, failure: DELETED })
  }

  /** Shows a thread, or `gone` where it is no longer there. */
  async function load(threadId: string, gone: ChatView): Promise<void> {
    const signal = begin()
    show({ ...EMPTY, phase: 'loading' })
    again = () => load(threadId, gone)
    await attempt(signal, async () => {
      const loaded = await client.loadThread(threadId).catch((error: unknown) => {
        if (!isGone(error)) throw error
      })
      if (signal.aborted) return
      if (!loaded) return forget(gone)
      const { state: thread, cursor } = loaded
      if (cursor === undefined) return show({ ...EMPTY, thread })
      show({ ...EMPTY, thread: stillGrowing(thread), phase: 'answering' })
      await follow({ type: 'threads.resume', params: { thread_id: threadId, after: cursor } }, signal)
    })
  }

  function forget(next: ChatView): void {
    memory.forget(learner)
    show(next)
  }

  async function refresh(): Promise<void> {
    const threadId = view.thread.thread?.id
    if (threadId === undefined || view.phase !== 'idle' || view.failure) return
    const signal = begin()
    const { notices } = view.thread
    try {
      const { state, cursor } = await client.loadThread(threadId)
      if (signal.aborted) return
      const thread = { ...state, notices }
      if (cursor === undefined) return show({ thread, phase: 'idle' })
      again = () => openThread(threadId)
      show({ thread: stillGrowing(thread), phase: 'answering' })
      const params = { thread_id: threadId, after: cursor }
      await attempt(signal, () => follow({ type: 'threads.resume', params }, signal))
    } catch (error) {
      if (!signal.aborted && isGone(error)) forget({ ...EMPTY, failure: DELETED })
    }
  }

  async function ask(question: ChatMessage, idempotencyKey?: string): Promise<void> {
    const signal = begin()
    const { error: _error, ...thread } = view.thread
    show({ thread, phase: 'answering', question })
    const threadId = thread.thread?.id
    const input = toInput(question)
    const request: StreamRequest =
      threadId === undefined
        ? { type: 'threads.create', params: { input } }
        : { type: 'threads.add_user_message', params: { thread_id: threadId, input } }
    // It may have arrived although no answer came: under its key it is not asked twice.
    again = () => ask(question, answer?.idempotencyKey)
    await attempt(signal, () => follow(request, signal, { idempotencyKey }))
  }

  async function answerTo(
    request: StreamRequest,
    onAccepted?: () => void,
    idempotencyKey?: string,
  ): Promise<void> {
    const signal = begin()
    const { error: _error, ...thread } = view.thread
    show({ thread, phase: 'answering' })
    again = () => answerTo(request, onAccepted, answer?.idempotencyKey)
    await attempt(signal, () => follow(request, signal, { idempotencyKey, onAccepted }))
  }

  async function answerAgain(): Promise<void> {
    const message = view.thread.items.findLast(({ type }) => type === 'user_message')
    if (!message) return
    const { id: messageId, thread_id: threadId } = message
    const signal = begin()
    again = answerAgain
    show({ thread: retryThreadItem(view.thread, messageId), phase: 'answering' })
    const params = { thread_id: threadId, item_id: messageId }
    await attempt(signal, () => follow({ type: 'threads.retry_after_item', params }, signal))
  }

  async function attempt(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (signal.aborted) return
      const thread = endThreadStream(view.thread)
      if (!isGone(error)) return fail(toFailure(error), thread)
      // The next attempt begins a new conversation.
      memory.forget(learner)
      fail(toFailure(error), emptyThreadState)
    }
  }

  async function follow(
    request: StreamRequest,
    signal: AbortSignal,
    { idempotencyKey, onAccepted }: FollowOptions = {},
  ): Promise<void> {
    const stream = client.stream(request, {
      signal,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
    answer = stream
    let isAccepted = false
    for await (const event of stream) {
      if (signal.aborted) return
      if (!isAccepted) onAccepted?.()
      isAccepted = true
      if (event.type === 'thread.created') memory.save(learner, event.thread.id)
      const thread = applyThreadEvent(view.thread, event)
      const asked = event.type === 'thread.item.done' && event.item.type === 'user_message'
      const { question: _question, ...rest } = view
      // What was asked is kept: from here on only its answer can fail.
      if (asked) again = () => open(learner)
      show(asked ? { ...rest, thread: closeCalls(thread) } : { ...view, thread })
    }
    if (signal.aborted) return
    const thread = endThreadStream(view.thread)
    if (thread.error) failAnswer(thread, thread.error, request)
    else if (view.question !== undefined) fail(CUT_OFF)
    else {
      show({ ...view, thread, phase: 'idle' })
      // Who stopped the answer wants nothing more of it.
      const call = stopped.has(stream) ? undefined : openCall(thread)
      if (call) await operations.runTool(call)
    }
  }

  function failAnswer(
    thread: ThreadState,
    error: NonNullable<ThreadState['error']>,
    request: StreamRequest,
  ): void {
    again = request.type === 'threads.custom_action' ? () => answerTo(request) : answerAgain
    fail(toStreamFailure(error), thread)
  }

  async function stop(): Promise<void> {
    if (answer) stopped.add(answer)
    // What could not be stopped goes on, and is shown as it does.
    await answer?.stop().catch(() => {})
  }

  function startOver(): void {
    begin()
    forget(EMPTY)
  }

  function retitle(threadId: string, title: string): void {
    const { thread } = view.thread
    if (thread?.id === threadId) show({ ...view, thread: { ...view.thread, thread: { ...thread, title } } })
  }

  const operations = createItemOperations({
    client,
    thread: () => view.thread,
    whenIdle,
    answerTo,
    replace: (item) =>
      show({ ...view, thread: applyThreadEvent(view.thread, { type: 'thread.item.replaced', item }) }),
    fail: (error, retry) => {
      again = retry
      show({ ...view, failure: toFailure(error) })
    },
  })

  const tryAgain = (): Promise<void> => again()
  return { open, openThread, refresh, ask, stop, tryAgain, answerAgain, startOver, retitle, ...operations }
}
