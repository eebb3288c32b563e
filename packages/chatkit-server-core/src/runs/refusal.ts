import { ChatKitError } from '../errors.ts'
import type { MessageKey } from '../messages/messages.ts'
import type { TurnRefusal } from '../store/store.ts'

/** Each is told the id of the thread. */
const WORDS: Record<TurnRefusal, MessageKey> = {
  thread_not_found: 'thread_not_found',
  thread_locked: 'thread_locked',
  thread_closed: 'thread_closed',
  attachment_not_found: 'attachment_gone',
  item_not_found: 'item_of_thread_not_found',
  item_state_conflict: 'item_state_conflict',
  run_active: 'run_active',
  idempotency_key_reused: 'idempotency_key_reused',
  rate_limited: 'answers_too_many',
}

/** The error for a turn that the store did not open. */
export function refusal(
  code: TurnRefusal,
  threadId: string,
  { runId }: { runId?: string | undefined } = {},
): ChatKitError {
  return new ChatKitError(
    code,
    { key: WORDS[code], facts: { id: threadId } },
    { runId, ...(code === 'rate_limited' ? { retryAfterSeconds: 5 } : {}) },
  )
}
