import { orderText, type AnswerOrder } from './answer-order.ts'

const inputOf = (order: AnswerOrder) => ({
  content: [{ type: 'input_text', text: orderText(order) }],
  attachments: [],
  inference_options: {},
})

/** A first message, as a client sends it. */
export const firstMessage = (order: AnswerOrder): string =>
  JSON.stringify({ type: 'threads.create', params: { input: inputOf(order) } })

/** A message to a thread that is there. */
export const nextMessage = (threadId: string, order: AnswerOrder): string =>
  JSON.stringify({
    type: 'threads.add_user_message',
    params: { thread_id: threadId, input: inputOf(order) },
  })

/** Follows the answer that is being made on a thread. */
export const resumption = (threadId: string): string =>
  JSON.stringify({ type: 'threads.resume', params: { thread_id: threadId } })
