import type { ThreadStreamEvent } from '@robolearn/chatkit-server-core'

/** The removal of everything that was shown, where a guardrail tripped; nothing for any other error. */
export function takeBack(error: unknown, produced: Iterable<string>): ThreadStreamEvent[] {
  if (!isTripwire(error)) return []
  return [...produced].map((itemId) => ({ type: 'thread.item.removed', item_id: itemId }))
}

/** Known by its shape, not its class: there may be two copies of the SDK. */
function isTripwire(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('result' in error)) return false
  const { result } = error as { result?: { output?: { tripwireTriggered?: unknown } } }
  return result?.output?.tripwireTriggered === true
}
