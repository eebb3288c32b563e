import {
  applyThreadEvent,
  createChatKitClient,
  emptyThreadState,
  endThreadStream,
  type ChatKitStream,
  type ThreadState,
} from '@robolearn/chatkit-server-core/client'

type Show = (state: ThreadState) => void

/** Asks a question in a new thread. `answer.stop()` stops it, whenever that is. */
export function ask(url: string, question: string) {
  const client = createChatKitClient({ url, metadata: () => ({ page: { title: 'Quaternions' } }) })
  const input = { content: [{ type: 'input_text' as const, text: question }] }
  return client.stream({ type: 'threads.create', params: { input } })
}

/** Shows an answer as it grows. However often the connection breaks, each event comes once. */
export async function follow(answer: ChatKitStream, show: Show, from = emptyThreadState): Promise<void> {
  let state = from
  for await (const event of answer) {
    state = applyThreadEvent(state, event)
    show(state)
  }
  show(endThreadStream(state))
}

/** Shows a thread after a reload, and goes on with the answer that is being written in it. */
export async function open(url: string, threadId: string, show: Show): Promise<void> {
  const client = createChatKitClient({ url })
  const { state, cursor } = await client.loadThread(threadId)
  show(state)
  if (cursor === undefined) return
  const params = { thread_id: threadId, after: cursor }
  await follow(client.stream({ type: 'threads.resume', params }), show, state)
}
