import { ChatKitError } from '../errors.ts'
import type { TurnRefusal } from '../store/store.ts'

const MESSAGES: Record<TurnRefusal, (threadId: string) => string> = {
  thread_not_found: (id) => `There is no thread "${id}".`,
  thread_locked: (id) => `Thread "${id}" is locked: it can be read, but not written to.`,
  thread_closed: (id) => `Thread "${id}" is closed: start a new thread to go on.`,
  attachment_not_found: () => 'An attachment of the message does not exist. Upload it again.',
  item_not_found: (id) => `Thread "${id}" has no such item.`,
  item_state_conflict: (id) =>
    `Nothing in thread "${id}" is waiting for this: it was answered before, or is of another kind.`,
  run_active: (id) => `Another answer is being written in thread "${id}". Wait for it, or stop it.`,
  idempotency_key_reused: () => 'The idempotency key was used before, with another request. Use a new one.',
  rate_limited: () => 'Too many answers are being written at once. Wait for one to finish.',
}

/** The error for a turn that the store did not open. */
export function refusal(
  code: TurnRefusal,
  threadId: string,
  { runId }: { runId?: string | undefined } = {},
): ChatKitError {
  return new ChatKitError(code, MESSAGES[code](threadId), {
    runId,
    ...(code === 'rate_limited' ? { retryAfterSeconds: 5 } : {}),
  })
}
