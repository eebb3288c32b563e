import type { UserMessageItem } from '@robolearn/chatkit-server-core'
import { cutText, onOneLine } from '../cut-text.ts'
import { messageText } from '../to-agent-input/user-message.ts'

const MAX_WORDS = 6
export const MAX_TITLE_LENGTH = 50

/** The first six words of the message, at most 50 characters; undefined where it has none. */
export function wordsTitle(message: UserMessageItem): string | undefined {
  const words = onOneLine(messageText(message)).split(' ').slice(0, MAX_WORDS).join(' ')
  return cutText(words, MAX_TITLE_LENGTH).trim() || undefined
}
