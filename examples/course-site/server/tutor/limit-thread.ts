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
    const message = `This conversation takes ${left} more questions. After that, begin a new one.`
    yield { type: 'notice', level: 'info', message }
  }
}
