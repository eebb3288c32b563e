import type { ThreadStreamEvent, Turn } from '@robolearn/chatkit-server-core'

const WARNED_BEFORE = 5

/**
 * Counts the messages of a thread, says when few are left, and closes it behind the last. A model is sent the newest
 * part of a long conversation only: a new one serves the learner better.
 */
export function* limitThread(
  { thread, userMessage }: Pick<Turn<unknown>, 'thread' | 'userMessage'>,
  maxMessages: number,
): Generator<ThreadStreamEvent> {
  if (!userMessage) return
  const before = thread.metadata['messages']
  const count = (typeof before === 'number' ? before : 0) + 1
  thread.metadata = { ...thread.metadata, messages: count }
  const left = maxMessages - count
  if (left <= 0) {
    thread.status = {
      type: 'closed',
      reason: `This conversation has reached ${maxMessages} questions. Begin a new one to go on.`,
    }
  } else if (left === WARNED_BEFORE) {
    // It may stand there until the last one: a count of what is left would be wrong by then.
    const message = `This was question ${count} of ${maxMessages}. After the last one, begin a new conversation.`
    yield { type: 'notice', level: 'info', message }
  }
}
