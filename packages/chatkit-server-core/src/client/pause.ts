/** The little of a browser that tells whether there is a network; Node has none of it. */
interface Surroundings {
  navigator?: { onLine?: boolean }
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
}

const FIRST_MS = 250
const LONGEST_MS = 10_000

/** Whether the browser knows that it has no network. */
export const isOffline = (): boolean => (globalThis as Surroundings).navigator?.onLine === false

/**
 * Waits before what failed is tried again: longer with each failure, and never at the same time as everybody else
 * whose connection broke. A browser without a network waits until it has one, and goes on at once when it comes back.
 * Rejects when `signal` fires.
 */
export async function pause(failures: number, signal?: AbortSignal): Promise<void> {
  const page = globalThis as Surroundings
  const longestMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  const waitMs = longestMs * (0.5 + Math.random() / 2)
  signal?.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = isOffline() ? undefined : setTimeout(resolve, waitMs)
  const wake = (): void => resolve()
  page.addEventListener?.('online', wake)
  signal?.addEventListener('abort', wake)
  await promise
  clearTimeout(timer)
  page.removeEventListener?.('online', wake)
  signal?.removeEventListener('abort', wake)
  signal?.throwIfAborted()
}
