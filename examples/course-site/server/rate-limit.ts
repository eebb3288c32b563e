import type { RateLimitRequest } from '@robolearn/chatkit-server-core'

type Limited = RateLimitRequest<unknown>['type']

/** What makes a model work, or brings bytes. Reading is free. */
const COSTS: ReadonlySet<Limited> = new Set<Limited>([
  'threads.create',
  'threads.add_user_message',
  'threads.retry_after_item',
  'threads.custom_action',
  'input.transcribe',
  'attachments.create',
])

export interface RateLimitOptions {
  /** 0: no limit. */
  perMinute: number
  /** In milliseconds. */
  clock?: () => number
}

/**
 * So many requests a minute for each learner, all of them at once if they like; they come back one by one. Each server
 * counts for itself.
 */
export function createRateLimit({ perMinute, clock = () => performance.now() }: RateLimitOptions) {
  const perMs = perMinute / 60_000
  const buckets = new Map<string, { left: number; atMs: number }>()
  return ({ type, owner }: Pick<RateLimitRequest<unknown>, 'type' | 'owner'>) => {
    if (perMinute === 0 || !COSTS.has(type)) return undefined
    const nowMs = clock()
    const { left, atMs } = buckets.get(owner) ?? { left: perMinute, atMs: nowMs }
    const now = Math.min(perMinute, left + (nowMs - atMs) * perMs)
    const isTooMany = now < 1
    buckets.set(owner, { left: isTooMany ? now : now - 1, atMs: nowMs })
    return isTooMany ? { retryAfterSeconds: Math.ceil((1 - now) / perMs / 1000) } : undefined
  }
}
