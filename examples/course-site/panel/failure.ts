import { ChatKitRequestError, type ThreadState } from '@robolearn/chatkit-server-core/client'

/** What went wrong, in words for the learner, and what they can do about it. */
export interface Failure {
  text: string
  action: 'try-again' | 'sign-in' | 'start-over' | 'none'
}

const SIGN_IN: Failure = { text: 'Sign in first, then ask again.', action: 'sign-in' }
const GONE: Failure = { text: 'This conversation is no longer there.', action: 'try-again' }
const CLOSED: Failure = {
  text: 'This conversation is closed. You can start a new one.',
  action: 'start-over',
}
const BUSY: Failure = { text: 'The course cannot answer right now.', action: 'try-again' }
const OFFLINE: Failure = {
  text: 'The course cannot be reached. Check your connection and try again.',
  action: 'try-again',
}

/** Found out without anybody having asked for anything. */
export const DELETED: Failure = {
  text: 'This conversation was deleted in another window. Your next question begins a new one.',
  action: 'none',
}

/** The stream ended before the answer did. */
export const CUT_OFF: Failure = { text: 'The answer was cut off.', action: 'try-again' }

/** How long that is, rounded up, in words. */
function inWords(seconds: number): string {
  const [count, unit] = seconds <= 90 ? [Math.ceil(seconds), 'second'] : [Math.ceil(seconds / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function tooMany(seconds: number | undefined): Failure {
  const when = seconds === undefined ? 'in a moment' : `in ${inWords(seconds)}`
  return {
    text: `That was a lot of questions in a short time. You can go on ${when}.`,
    action: 'try-again',
  }
}

/** A request that was refused, or that never arrived. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof ChatKitRequestError)) return OFFLINE
  if (error.status === 401) return SIGN_IN
  if (error.status === 404) return GONE
  if (error.code === 'thread_locked' || error.code === 'thread_closed') return CLOSED
  if (error.status === 413) return { text: 'That question is too long.', action: 'none' }
  if (error.status === 429) return tooMany(error.retryAfterSeconds)
  if (error.status >= 500 || error.status === 408) return BUSY
  return { text: error.message, action: 'none' }
}

/** An answer that failed on its way. */
export function toStreamFailure({ message, allow_retry }: NonNullable<ThreadState['error']>): Failure {
  return {
    text: message ?? 'Something went wrong while answering.',
    action: allow_retry ? 'try-again' : 'none',
  }
}
