import type { Turn } from '@robolearn/chatkit-server-core'
import { cutText, onOneLine } from './cut-text.ts'
import { messageText } from './to-agent-input/user-message.ts'

const MAX_WORDS = 6
const MAX_LENGTH = 50

/** Gives a thread that has no title the first six words of the message (at most 50 characters). */
export function nameThread(turn: Pick<Turn<unknown>, 'thread' | 'userMessage'>): void {
  const { thread, userMessage } = turn
  if (thread.title !== undefined || !userMessage) return
  const words = onOneLine(messageText(userMessage)).split(' ').slice(0, MAX_WORDS).join(' ')
  const title = cutText(words, MAX_LENGTH).trim()
  if (title) thread.title = title
}
