import type { ChatKitClient, StreamRequest, ThreadState } from '@robolearn/chatkit-server-core/client'
import type { ActionConfig } from '@robolearn/chatkit-server-core/widgets'
import { runClientAction, runClientTool } from './client-tools.ts'
import type { ClientToolCall, StructuredInputItem, ThreadItem, WidgetItem } from './thread-items.ts'

export type InputAnswers = NonNullable<
  Extract<StreamRequest, { type: 'threads.add_structured_input' }>['params']['input']
>

/** What can be done with items of the conversation beside asking. */
export interface ItemOperations {
  /** Does what a widget was used for. Resolves when it is done, or has failed and is told as the view's failure. */
  act: (item: WidgetItem, action: ActionConfig) => Promise<void>
  sendInput: (item: StructuredInputItem, input: InputAnswers) => Promise<void>
  /** Does what the assistant asked this page to do, and goes on with what comes of it. */
  runTool: (call: ClientToolCall) => Promise<void>
}

export interface ItemOperationsOptions {
  client: Pick<ChatKitClient, 'send'>
  thread: () => ThreadState
  /** Resolves once nothing is being answered. */
  whenIdle: () => Promise<void>
  /** Follows the answer to a request; `onAccepted` is called when the server has begun it. */
  answerTo: (request: StreamRequest, onAccepted?: () => void) => Promise<void>
  /** Shows another state of an item. */
  replace: (item: ThreadItem) => void
  fail: (error: unknown, again: () => Promise<void>) => void
}

/** The call that the server takes the next tool output for: a message of the learner closes those before it. */
export function openCall({ items }: Pick<ThreadState, 'items'>): ClientToolCall | undefined {
  const last = items.findLastIndex(({ type }) => type === 'user_message')
  return items
    .slice(last + 1)
    .findLast((item): item is ClientToolCall => item.type === 'client_tool_call' && item.status === 'pending')
}

/** The thread when a message of the learner has closed what the page was still to do. */
export function closeCalls(thread: ThreadState): ThreadState {
  const items = thread.items.map((item) =>
    item.type === 'client_tool_call' ? { ...item, status: 'completed' as const } : item,
  )
  return { ...thread, items }
}

export function createItemOperations(options: ItemOperationsOptions): ItemOperations {
  const { client, thread, whenIdle, answerTo, replace, fail } = options
  const running = new Set<string>()
  const isThere = ({ id }: ThreadItem): boolean => thread().items.some((item) => item.id === id)

  async function act(item: WidgetItem, action: ActionConfig): Promise<void> {
    const { type, payload, handler, streaming } = action
    if (handler === 'client') return runClientAction(type, payload)
    const sent = { type, ...(payload === undefined ? {} : { payload }) }
    const params = { thread_id: item.thread_id, item_id: item.id, action: sent }
    if (streaming === false) return actAtOnce(item, params)
    await whenIdle()
    if (isThere(item)) await answerTo({ type: 'threads.custom_action', params })
  }

  async function actAtOnce(
    item: WidgetItem,
    params: { thread_id: string; item_id: string; action: { type: string } },
  ): Promise<void> {
    try {
      const { updated_item: updated } = await client.send({ type: 'threads.sync_custom_action', params })
      if (updated && isThere(item)) replace(updated)
    } catch (error) {
      if (isThere(item)) fail(error, () => actAtOnce(item, params))
    }
  }

  async function sendInput(item: StructuredInputItem, input: InputAnswers): Promise<void> {
    await whenIdle()
    if (!isThere(item)) return
    const params = { thread_id: item.thread_id, item_id: item.id, input }
    await answerTo({ type: 'threads.add_structured_input', params })
  }

  async function runTool(call: ClientToolCall): Promise<void> {
    if (running.has(call.id)) return
    running.add(call.id)
    try {
      await whenIdle()
      const { output, after } = await runClientTool(call.name, call.arguments)
      // While the page worked, the learner may have gone on.
      await whenIdle()
      if (openCall(thread())?.id !== call.id) return
      replace({ ...call, status: 'completed', output })
      const params = { thread_id: call.thread_id, result: output }
      await answerTo({ type: 'threads.add_client_tool_output', params }, after)
    } finally {
      running.delete(call.id)
    }
  }

  return { act, sendInput, runTool }
}
